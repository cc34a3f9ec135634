"""Open Badges 2.0 and 3.0: documents, proofs, status lists, baking and verification.

A library of its own. It knows nothing of forms, sheets or mails, and it is pure: no clock, no network, no
chance. Files are touched in two places only, `keys` (key files) and `verify.site_fetcher` (a published site).
"""
