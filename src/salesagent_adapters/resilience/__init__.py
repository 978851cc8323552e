"""What every call of a vendor passes through: time limits, repeats, breakers and bulkheads."""
