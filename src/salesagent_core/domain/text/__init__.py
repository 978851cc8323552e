"""Words and letters, in four languages, that know nothing of the flow.

Everybody may read here; nobody here knows what a text is for. Begin with ``folding`` (a text as a
reader sees it) and ``lexicon`` (the words of a language); ``learned`` judges by learned weights.
"""
