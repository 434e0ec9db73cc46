"""The tasks: generating characters and classifying texts, each behind one protocol."""
