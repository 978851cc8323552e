"""Whether somebody asks not to be written to any more; when in doubt: yes.

Begin with ``judgement``. It asks for short orders, for the classes of words in each sentence
(``clause``) and for who looks for the way out (``exit``).
"""
