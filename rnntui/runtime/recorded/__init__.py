"""Runs known from what they have written: followed, replayed, opened at a kept step."""
