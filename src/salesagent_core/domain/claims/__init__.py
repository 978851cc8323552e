"""What a text claims: numbers, times, names, statements that bind us or tell of the past.

Begin with ``facts``: it finds everything in a text that a reader would take as true. What a source
holds of it is asked in the room ``grounding``.
"""
