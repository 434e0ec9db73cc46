"""Texts: reading, normalising, encoding to ids, and the library that keeps them."""
