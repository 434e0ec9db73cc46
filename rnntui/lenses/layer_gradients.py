"""The gradient of a network's mean loss on a text by the weights of each of its layers."""

import numpy as np

from rnntui.errors import CorpusError
from rnntui.lenses.forward_trace import Floats
from rnntui.nets.arrays import Arrays
from rnntui.nets.config import ModelConfig
from rnntui.text.vocabulary import AnyIds


def layer_gradient_norms(config: ModelConfig, arrays: Arrays, ids: AnyIds) -> Floats:
    """The norm over all weights and biases of each recurrent layer, the lowest first, `[L]`.

    The loss is the mean in nats of all characters of `ids` that are predicted, read from the zero
    state (by a network on windows, each from the window before it), by torch's autograd in
    float64. Raises `CorpusError` for a text with nothing to predict.
    """
    import torch
    from threadpoolctl import threadpool_limits
    from torch.nn import functional

    from rnntui.nets.char_model import build_model

    read = max(config.window, 1)
    if len(ids) <= read:
        raise CorpusError(
            f"Gradients need a text of at least {read + 1} characters: {read} to read, one to"
            " predict."
        )
    model = build_model(config, 1).double().eval()
    model.load_state_dict(
        {
            **model.state_dict(),
            **{name: torch.tensor(np.asarray(array, np.float64)) for name, array in arrays.items()},
        }
    )
    whole = torch.tensor(np.asarray(ids, np.int64))
    rows = whole[:-1].unfold(0, config.window, 1) if config.window else whole[None, :-1]
    targets = whole[read:]
    weights = [list(layer.parameters()) for layer in model.layers]
    # Beside a training run, threads of products as small as these only wait for each other.
    with threadpool_limits(limits=1, user_api="openmp"):
        scores, _ = model(rows, model.zero_state(len(rows)))
        loss = functional.cross_entropy(scores.reshape(len(targets), -1), targets)
        found = torch.autograd.grad(loss, [one for layer in weights for one in layer])
    norms, at = [], 0
    for layer in weights:
        part = found[at : at + len(layer)]
        norms.append(float(torch.sqrt(sum(((one**2).sum() for one in part), torch.zeros(())))))
        at += len(layer)
    return np.array(norms)
