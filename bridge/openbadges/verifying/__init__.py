"""Badges checked as a stranger would check them, whoever made them; what was found is told in plain words.

verify              the way in. Takes bytes, and a function that fetches: what may be asked, the caller decides
verify_source       which badge a web page means
verify_credential   3.0                                 verify_proof    signature, embedded or as token
verify_hosted       2.0, hosted                         verify_signed   2.0, signed
verify_keys         whose key it is                     verify_status   was it revoked?
recipients          is it that person's?                second_opinion  openbadgeslib, where we can't tell
"""
