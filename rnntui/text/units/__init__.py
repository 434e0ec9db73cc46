"""What a network reads and generates one at a time: characters, words, bytes or subwords."""
