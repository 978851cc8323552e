"""Job titles: how senior somebody is, in which department, and whether they decide.

Begin with ``title``. ``words`` and ``phrases`` are data only.
"""
