"""Reading a mail that came in: who wrote it, what is theirs in it, and what they want.

Begin with ``reply``, which puts the readings together: ``bounce``, ``auto_reply``, ``own_text``,
``intent``. What follows from a reply is told in the room ``outcomes``.
"""
