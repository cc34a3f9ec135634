"""Google, as far as all adapters share it: who calls, where to, how often, and what a refusal means for people.

No other part of the bridge knows a Google host, a credential or a retry.
"""

from bridge.google.answers import Answer, answer_of
from bridge.google.connection import EDIT_FORMS, FORMS, GMAIL, READ_SCOPES, Google, connect
from bridge.google.credentials import exposed_key
from bridge.google.explain import Errand, Identity
from bridge.google.quota import LIMITS, MinuteBuckets
from bridge.google.retry import Retry

__all__ = [
    "EDIT_FORMS",
    "FORMS",
    "GMAIL",
    "LIMITS",
    "READ_SCOPES",
    "Answer",
    "Errand",
    "Google",
    "Identity",
    "MinuteBuckets",
    "Retry",
    "answer_of",
    "connect",
    "exposed_key",
]
