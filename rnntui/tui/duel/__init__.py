"""The duel: the three modes side by side."""
