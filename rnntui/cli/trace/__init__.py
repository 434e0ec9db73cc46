"""`rnntui trace`: the networks to look into, and what is shown of them."""
