"""The decay of a running average of a network's weights. Needs no torch."""


def average_decay_at(decay: float, step: int) -> float:
    """The decay in optimiser step `step`, counted from 1, on its way up to `decay`.

    It starts low, so that the first weights are soon forgotten (the warm-up of TensorFlow's
    `ExponentialMovingAverage`; for the method, Polyak and Juditsky 1992).
    """
    return min(decay, (1 + step) / (10 + step))
