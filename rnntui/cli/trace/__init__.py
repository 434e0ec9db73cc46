"""`rnntui trace`: the networks and their tables and charts."""
