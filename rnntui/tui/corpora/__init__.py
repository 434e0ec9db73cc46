"""The Corpora screen: the library of texts."""
