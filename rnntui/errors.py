"""The errors that rnntui states to people: one sentence that says what to do next."""


class RnntuiError(Exception):
    """Something that a person can act on; its text is one sentence ready to be shown."""


class CorpusError(RnntuiError):
    """A text that can't be found, read, decoded, stored or encoded."""


class CheckpointError(RnntuiError):
    """A checkpoint or a run folder that is absent, damaged or of another format."""


class SamplingError(RnntuiError):
    """A network that can't write."""


class DivergedError(SamplingError):
    """A network whose numbers have grown out of all bounds while it wrote."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(
            "The network's state has grown beyond all numbers, so it can't go on writing;"
            " begin a new text, or train with a lower learning rate."
        )


class ConfigError(RnntuiError):
    """A setting whose value or combination with others isn't valid."""


QUOTED = 60
"""Characters of a value that a message repeats before it cuts it off."""


def quoted(value: object) -> str:
    """Return a value as messages quote it: as Python writes it, a long one cut off."""
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= QUOTED else f"{text[:QUOTED]}…")
