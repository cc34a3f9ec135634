"""Open Badges 2.0 and 3.0: documents, proofs, status lists, baking and verification.

A library of its own. It knows nothing of forms, sheets or mails, and it is pure: no clock, no network, and no chance
but in new keys. Files are touched in three places only: `keys` and `rotation` (key files), and `verify.site_fetcher` (a
published site). One module, `second_opinion`, asks another library, which reads the clock.

Two ways lead through it; the second reads with what the first writes with. To make a badge: values → documents →
`signing` → `pictures`. To check one, anybody's: picture → documents → `verifying` → findings.

Here: what a badge says
    documents       Issuer, Achievement, Award …: what a badge says, as values. Begin to read here
    open_badges_3   the credential; members, results    open_badges_2   assertion, BadgeClass, issuer profile
    did             did.json                            status          the lists of what was revoked

Here: words for everybody
    errors      what can go wrong, as sentences         text        text that every verifier reads alike
    addresses   web addresses, did:web                  vocabulary  the words that the standard counts
    findings    what a check answers: Finding, Report, Verdict; and reading foreign JSON
"""
