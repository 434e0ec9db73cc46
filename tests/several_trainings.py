"""Several commands in float64, one after another: what torchrun starts in a test.

torchrun … tests/several_trainings.py 'COMMAND' …
"""

import os
import shlex
import sys

import torch

from rnntui.cli.main import main

if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    for command in sys.argv[1:]:
        sys.argv = ["rnntui", *shlex.split(command)]
        try:
            main()
        except SystemExit as leaving:
            if leaving.code:
                raise
    # As `run` leaves: not through Python's own exit, past the threads of process groups.
    os._exit(0)
