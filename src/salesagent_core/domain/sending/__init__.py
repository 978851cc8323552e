"""A mail on its way out: who may get it, whether and when it may go, and what became of it.

Begin with ``gate`` (may this mail go now?) and ``attempt`` (one attempt to send and its states).
"""
