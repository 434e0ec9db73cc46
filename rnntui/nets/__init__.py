"""The networks: recurrent layers and the character model built from them."""
