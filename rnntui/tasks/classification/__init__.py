"""Classifiers: their settings, runs, learner and checkpoints."""
