"""Which names a filter lets through, typed by a person who may still be typing."""

import re
import warnings
from collections.abc import Iterable


def matching(names: Iterable[str], wanted: str) -> tuple[set[str], bool]:
    """The names that a filter lets through, and whether it is a regular expression.

    Case doesn't matter; what is no regular expression is looked for as it stands.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pattern, is_valid = re.compile(wanted, re.IGNORECASE), True
    except (re.error, OverflowError, RecursionError):
        pattern, is_valid = re.compile(re.escape(wanted), re.IGNORECASE), False
    return {name for name in names if pattern.search(name)}, is_valid
