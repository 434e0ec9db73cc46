"""Labelled texts: finding, reading, tokenising, splitting and batching them for a classifier."""
