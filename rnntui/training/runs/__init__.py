"""A run on disk: its folder, record and lock, and what is done to it as a whole."""
