"""The playground's three panes: each shows its part of the session, and asks nothing of it."""
