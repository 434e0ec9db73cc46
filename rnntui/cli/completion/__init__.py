"""What a shell is offered behind a half-typed command line: words from disk and from settings."""
