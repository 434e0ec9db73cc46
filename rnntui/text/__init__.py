"""Texts: reading, normalising, encoding to ids, and the library of texts."""
