"""Views inside a network and on its output: pure functions from arrays to plain data."""
