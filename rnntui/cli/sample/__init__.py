"""`rnntui sample`: texts and items, what is written of them and what is measured."""
