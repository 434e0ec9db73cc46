"""The training speed of this machine, measured briefly, for estimates."""

import time

import torch
from torch.nn import functional

from rnntui.nets.char_model import build_model
from rnntui.nets.config import ModelConfig
from rnntui.nets.cost import step_operations
from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.optimizing.optimizers import build_optimizer

_SIZE = 50  # sequences, and characters in each
_STEPS = 3


def measure_speed() -> float:
    """Floating-point operations a second of a few training steps of a small LSTM.

    Also loads what the first step and the first optimiser of a process need.
    """
    config = ModelConfig(vocab_size=_SIZE, embedding_size=128, hidden_size=128)
    model = build_model(config, seed=0)
    optimizer = build_optimizer(TrainConfig(steps=1), model)
    ids = torch.arange(_SIZE).repeat(_SIZE, 1)
    began = 0.0
    for step in range(_STEPS + 1):
        if step == 1:  # the first one sets things up
            began = time.perf_counter()
        logits, _ = model(ids, model.zero_state(_SIZE))
        functional.cross_entropy(logits.flatten(0, 1), ids.flatten()).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return _STEPS * step_operations(config, _SIZE * _SIZE) / (time.perf_counter() - began)
