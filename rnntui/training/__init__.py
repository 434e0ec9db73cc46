"""Fitting a network to a text: configuration, the loop of events, checkpoints and run folders."""
