"""Independent servers that tests run against."""
