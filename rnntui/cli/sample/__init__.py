"""`rnntui sample`: texts and items, their output and their memorisation."""
