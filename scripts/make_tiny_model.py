"""Make the small trained model that ships: `make tiny-model` (a few minutes, exact on one machine).

Trains the recipe `tiny` on the shipped play, then keeps what writing needs of
its best checkpoint: the weights and the header, without the optimiser.
"""

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.training.checkpoint_file import save_checkpoint

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "checkpoints" / "tiny" / "best.safetensors"


def main() -> None:
    """Train in a temporary folder, then write the model into the tree."""
    with tempfile.TemporaryDirectory() as home:
        command = [Path(sys.executable).with_name("rnntui"), "train", "--recipe", "tiny"]
        subprocess.run([*command, "--name", "tiny", "--threads", "1"], cwd=home, check=True)
        trained = load_checkpoint(Path(home) / "checkpoints" / "tiny" / "best.safetensors")
    corpus = replace(trained.header.corpus, reference=trained.header.corpus.name)
    header = replace(trained.header, corpus=corpus)
    MODEL.parent.mkdir(exist_ok=True)
    save_checkpoint(replace(trained, header=header, optimizer={}, state={}), MODEL)


if __name__ == "__main__":
    main()
