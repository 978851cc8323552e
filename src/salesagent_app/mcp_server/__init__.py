"""``salesagent mcp``: the queue, reasons and decisions as tools for an assistant.

A thin client of the HTTP API: scopes, limits, the binding to what was read, refusals and the audit
trail are the API's own. It speaks the Model Context Protocol on standard input and output.
"""
