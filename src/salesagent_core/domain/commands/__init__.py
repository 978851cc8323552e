"""What an operator tells the system to do, typed or spoken.

Begin with ``command`` (what can be said) and ``grammar`` (how it is read without a model).
"""
