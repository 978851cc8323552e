"""A fake for every vendor port, with the vendor's own rules, limits and faults on demand."""
