"""Every decision that the bridge takes, as pure functions: no clock, network, file or chance in here.

`learn` turns what was seen into a Lesson; `due` says which effects may run now; `withheld` which must wait for a
person's word; `show` what the sheet must say. Time and entropy come in as arguments.
"""

from bridge.plan.acceptance import wanted_acceptance
from bridge.plan.archive import moved, to_move
from bridge.plan.catalogue import wanted_artworks, wanted_criteria
from bridge.plan.desk_showing import is_same, leaving, look_again, notes_left, show, without
from bridge.plan.digests import digest_of, may_go
from bridge.plan.due import due_at  # first: its module's name is that of the function below
from bridge.plan.effects import due
from bridge.plan.form_list import FormList, form_lists
from bridge.plan.guards import withheld
from bridge.plan.intake import wanted_evidence
from bridge.plan.learning import Learnt, Seen, learn, with_withheld
from bridge.plan.moves import Moving, Wish, move_awards
from bridge.plan.pages import Pages, pages
from bridge.plan.policy import Policy, Vendor
from bridge.plan.scales import with_scales
from bridge.plan.showing import Showing, rewrites
from bridge.plan.tidying import tidy
from bridge.plan.unseen import rewritten, seen_since

__all__ = [
    "FormList",
    "Learnt",
    "Moving",
    "Pages",
    "Policy",
    "Seen",
    "Showing",
    "Vendor",
    "Wish",
    "digest_of",
    "due",
    "due_at",
    "form_lists",
    "is_same",
    "learn",
    "leaving",
    "look_again",
    "may_go",
    "move_awards",
    "moved",
    "notes_left",
    "pages",
    "rewrites",
    "rewritten",
    "seen_since",
    "show",
    "tidy",
    "to_move",
    "wanted_acceptance",
    "wanted_artworks",
    "wanted_criteria",
    "wanted_evidence",
    "with_scales",
    "with_withheld",
    "withheld",
    "without",
]
