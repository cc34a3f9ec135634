"""Credly as a backend.

Built from what Credly publishes, and not tried against Credly itself:

* https://www.credly.com/docs/web_service_api: addresses, HTTP Basic with the token as user name, JSON both ways;
* https://www.credly.com/docs/issued_badges: issuing, listing, revoking, and what counts as a duplicate;
* https://www.credly.com/docs/badge_templates: templates and their states (active, archived, draft);
* https://credlyissuer.zendesk.com/hc/en-us/articles/28143019451035: tokens live 180 days;
* https://credlyissuer.zendesk.com/hc/en-us/articles/4418439056411: `duplicate_behavior`.

What none of these says is marked “recalled, not measured” where it is used.
"""

from .backend import Credly
from .tokens import token_age, token_words
from .values import Account, Survey

__all__ = ["Account", "Credly", "Survey", "token_age", "token_words"]
