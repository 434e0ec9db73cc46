"""The filter of runs, applied as it is typed."""

import re
import warnings
from collections.abc import Mapping
from typing import Final

TEXT_PREFIX: Final = "text:"
"""Prefix of a text's whole name: only runs of that text."""


def matching_runs(texts: Mapping[str, str], wanted: str) -> tuple[set[str], bool]:
    """The runs that pass a filter, and whether it is a valid expression.

    `texts` are the names of the runs' texts, by the runs' names; either may match. Case
    doesn't matter; an invalid regular expression is searched for literally.
    """
    if wanted.startswith(TEXT_PREFIX):
        text = wanted.removeprefix(TEXT_PREFIX).strip()
        return {name for name, of in texts.items() if of.casefold() == text.casefold()}, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pattern, is_valid = re.compile(wanted, re.IGNORECASE), True
    except (re.error, OverflowError, RecursionError):
        pattern, is_valid = re.compile(re.escape(wanted), re.IGNORECASE), False
    passed = {name for name, of in texts.items() if pattern.search(name) or pattern.search(of)}
    return passed, is_valid
