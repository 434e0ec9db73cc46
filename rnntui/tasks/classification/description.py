"""The description of a classifier's run, from `run.toml` alone."""

from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.classification.provenance import LabelledProvenance
from rnntui.tasks.description import read_description
from rnntui.tasks.kinds import CLASSIFIER
from rnntui.training.prepared_run import RunDescription
from rnntui.training.runs.folder import RunFolder

ClassifyDescription = RunDescription[LabelledProvenance, ClassifyConfig]


def describe_classify_run(folder: RunFolder) -> ClassifyDescription:
    """Read a classifier's run's description. Raises as `read_description`."""
    types = (LabelledProvenance, ClassifyConfig)
    return read_description(folder, CLASSIFIER, types, ClassifyDescription)
