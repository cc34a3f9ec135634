"""Where credentials come from: one file per backend, each with the verbs of `ports.Backend`."""

from bridge.errors import Refused
from bridge.model import Achievement, Order

#: The variables that hold vendors' secrets, unless the settings name others.
BADGR_PASSWORD, BADGR_REFRESH_TOKEN = "BADGE_BRIDGE_BADGR_PASSWORD", "BADGE_BRIDGE_BADGR_REFRESH_TOKEN"
CREDLY_TOKEN = "BADGE_BRIDGE_CREDLY_TOKEN"  # noqa: S105

#: What a coach can do about a vendor's refusal. An order is fixed at approval: an answer that is corrected while the
#: approval stands comes too late, and to try again says the same.
RETURN_IT = "Choose Return with a word to the teacher, who corrects the answer, and approve what comes in."
MAKE_IT_HERE = (
    "the coordinator can have the badge made here: Backend local in its row of the tab Badges; then empty the Decision "
    "cell, and approve again a cycle later."
)
NO_OTHER_ADDRESS = f"It is the address of the teacher's account, so nobody can correct it. Decline; or: {MAKE_IT_HERE}"

#: Awards in one call: a server makes some ten to twenty a second, and many give up on a call after thirty seconds.
LARGEST_BATCH = 50


def check_version(order: Order, achievement: Achievement) -> None:
    """Raise Refused where *order* is about another version of the badge."""
    if (order.achievement, order.version) != (achievement.key, achievement.version):
        raise Refused(f"The order for {order.attempt_id} is about another version of the badge. Please report this.")
