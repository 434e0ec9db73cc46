"""Shared by the playground and the Classify screen: form, loss, status, steering."""
