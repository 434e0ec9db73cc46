"""Which runs a filter lets through, typed by a person who may still be typing."""

import re
import warnings
from collections.abc import Mapping
from typing import Final

TEXT_PREFIX: Final = "text:"
"""Before the whole name of a text: only runs of that text."""


def matching_runs(texts: Mapping[str, str], wanted: str) -> tuple[set[str], bool]:
    """The runs that a filter lets through, and whether it can be taken as it is meant.

    `texts` are the names of the runs' texts, by the runs' names; a run passes by
    either. Case doesn't matter; what is no regular expression is looked for as it stands.
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
