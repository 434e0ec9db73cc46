"""The lessons on screen: a page beside a live lens, and three questions."""
