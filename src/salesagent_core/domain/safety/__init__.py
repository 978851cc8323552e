"""What must not leave in a mail, and what must not steer the system from outside.

Begin with ``outgoing`` for the mails that we send (secrets, links, tone), and with ``injection``
for the texts that strangers send us.
"""
