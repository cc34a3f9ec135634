"""From a document to what proves that nobody changed it.

canonical           JSON-LD → the bytes that are signed, by PyLD; shapes, templates: the same, fast, for our own
proof               Data Integrity proofs               jose            VC-JWT and other tokens
keys, jwk           private and public keys             rotation        one key in the place of another
"""
