"""The errors that rnntui reports: one sentence that says what to do next."""

import os

_LONGEST_SENTENCE = 2000
"""Characters of a sentence, of which one may hold a command with the paths of several files."""


class RnntuiError(Exception):
    """Something that a person can act on; its text is one sentence ready to be shown.

    Of a sentence that repeats something enormous the middle is left out.
    """

    def __init__(self, sentence: str) -> None:
        """Keep the sentence."""
        super().__init__(shortened(sentence))


class CorpusError(RnntuiError):
    """A text that can't be found, read, decoded, stored or encoded."""


class CheckpointError(RnntuiError):
    """A checkpoint or a run folder that is absent, damaged or of another format."""


class SamplingError(RnntuiError):
    """A network that can't generate."""


class DivergedError(SamplingError):
    """A network whose state overflowed while it generated."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(
            "The network's state has overflowed, so it can't generate any more;"
            " start a new text, or train with a lower learning rate."
        )


class ConfigError(RnntuiError):
    """A setting whose value or combination with others isn't valid."""


QUOTED = 60
"""Characters of a value that a message repeats before it cuts it off."""


_END = 24
"""Characters of a long text's end that are repeated."""


def quoted(value: object) -> str:
    """Return a value as messages quote it: as Python writes it, a long one cut.

    A text keeps its end, which says most of a path.
    """
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, str):
        return repr(value if len(value) <= QUOTED else f"{value[: QUOTED - _END]}…{value[-_END:]}")
    written = repr(value)
    return written if len(written) <= QUOTED else f"{written[:QUOTED]}…"


def shortened(sentence: str, most: int = _LONGEST_SENTENCE) -> str:
    """Leave the middle out of a sentence that is longer than `most` characters."""
    if len(sentence) <= most:
        return sentence
    return f"{sentence[: most // 2]} … {sentence[-most // 2 :]}"


def reason(error: OSError) -> str:
    """Return why the system refused, in words; not every such error has the system's own."""
    return error.strerror or str(error) or type(error).__name__
