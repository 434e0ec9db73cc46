"""`rnntui classify`: one file per command, and shared output."""
