"""`rnntui classify`: one file per command, and what they share."""
