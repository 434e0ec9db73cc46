"""The Classify screen: labelled texts and settings, the loss, sentences, results."""
