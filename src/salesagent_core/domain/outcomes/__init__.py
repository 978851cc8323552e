"""What came of the mails, and what is to be learned from that.

Begin with ``outcome`` (what happened after a mail). ``learning`` and ``performance`` look back at
many of them, ``backtest`` at what another policy would have decided.
"""
