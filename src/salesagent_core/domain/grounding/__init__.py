"""Whether sources hold what a draft claims: as it stands, in other words, or reckoned.

Begin with ``check`` and follow it to ``holding``, which asks for each fact: the modules ``held_*``
look for what a source says, ``derived*`` and ``rates`` for what follows from it. ``library`` is
what all sources hold, prepared once.
"""
