"""Google: connecting mailboxes, and what is read and written in them.

Tokens come from ``tokens.AccessTokens``. The libraries of Google are in the extra ``adapters``:
``pip install "salesagent[adapters]"``.
"""
