"""Modal screens with one question or message."""
