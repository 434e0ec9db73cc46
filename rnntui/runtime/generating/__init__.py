"""Threads in which networks generate, as fast as they are read, and one that a person steers."""
