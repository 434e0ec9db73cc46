"""Files of sweeps over networks that train in milliseconds."""

import os
from pathlib import Path

FIXED = """
[batches]
batch_size = 4
seq_length = 16
[machine]
threads = 1
engine = "torch"
[pace]
eval_every = 2
sample_length = 4
save_every = 1e6
[budget]
steps = {steps}
[network]
num_layers = 1
embedding_size = 4
"""

SWEPT = """cell = ["rnn", "gru"]
hidden_size = {low = 4, high = 8}
[optimizer]
learning_rate = {low = 1e-4, high = 1e-1, log = true}
"""


def space_file(swept: str = SWEPT, steps: int = 6, name: str = "space.toml") -> Path:
    """A sweep's file in the test's own folder; `swept` begins in the table of the network."""
    path = Path(os.environ["RNNTUI_HOME"]) / name
    path.write_text(FIXED.format(steps=steps) + swept, encoding="utf-8")
    return path
