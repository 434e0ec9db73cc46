"""The race: several configurations trained fairly on one text, side by side."""
