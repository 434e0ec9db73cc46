"""The texts that are there by name: shipped or a user's own, and what a reference means."""
