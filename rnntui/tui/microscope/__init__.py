"""The Microscope: the numbers inside a network while it reads a text."""
