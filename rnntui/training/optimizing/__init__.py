"""Optimisers and learning rate schedules, and the devices that they run on."""
