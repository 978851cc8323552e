"""Suites that hold each adapter to its port, over the real parts it talks to."""
