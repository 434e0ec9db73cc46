"""The errors that rnntui states to people: one sentence that says what to do next."""


class RnntuiError(Exception):
    """Something that a person can act on; its text is one sentence ready to be shown."""


class CorpusError(RnntuiError):
    """A text that can't be found, read, decoded, stored or encoded."""


class CheckpointError(RnntuiError):
    """A checkpoint or a run folder that is absent, damaged or of another format."""


class SamplingError(RnntuiError):
    """A network that can't go on writing."""


class ConfigError(RnntuiError):
    """A setting whose value or combination with others isn't valid."""
