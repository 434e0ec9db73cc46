"""The library of texts, shipped or a user's own, and references to texts."""
