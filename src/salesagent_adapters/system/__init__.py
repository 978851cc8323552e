"""The machine's own clock and randomness, and repeatable stand-ins for both."""
