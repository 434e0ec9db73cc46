"""Threads in which networks generate: one stream, two side by side, one that a person steers."""
