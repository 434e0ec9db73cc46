"""Labelled texts: found, read, cut into tokens, split and batched for a classifier."""
