"""Which language the lessons are in, by the locale."""

from collections.abc import Mapping

from rnntui.lessons.lesson import Language

VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""The environment variables that name a language, the first that is set deciding."""


def language_of(environ: Mapping[str, str]) -> Language:
    """Korean where the locale is, else English.

    `LANGUAGE` may name several, best first (`ko:en`).
    """
    for variable in VARIABLES:
        if named := environ.get(variable, ""):
            return "ko" if named.lower().startswith("ko") else "en"
    return "en"
