"""A Google Workspace on loopback: OAuth token, Forms, Drive, Sheets and Gmail over HTTP.

It is a program with opinions of its own: it shares no code with the bridge that it tests, and every request and
answer is held against Google's own discovery documents (see `contract`).
"""
