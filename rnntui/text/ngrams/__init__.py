"""N-gram models: what counting alone reaches on a text, as the measure of a network."""
