"""One suite for each vendor port, run over every adapter of it."""
