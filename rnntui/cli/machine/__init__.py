"""Commands about this machine: its cache, and the report for bug reports."""
