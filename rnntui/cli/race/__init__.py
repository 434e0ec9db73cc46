"""`rnntui race`: several configurations trained fairly."""
