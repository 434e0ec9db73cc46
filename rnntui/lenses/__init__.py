"""Views inside a network and on what it writes: pure functions, from arrays to plain data."""
