"""Where credentials come from: one file per backend, each with the verbs of `ports.Backend`."""

from bridge.errors import Refused
from bridge.model import Achievement, Order

#: The variables that hold vendors' secrets, unless the settings name others.
BADGR_PASSWORD, BADGR_REFRESH_TOKEN = "BADGE_BRIDGE_BADGR_PASSWORD", "BADGE_BRIDGE_BADGR_REFRESH_TOKEN"
CREDLY_TOKEN = "BADGE_BRIDGE_CREDLY_TOKEN"  # noqa: S105

#: Awards in one call: a server makes some ten to twenty a second, and many give up on a call after thirty seconds.
LARGEST_BATCH = 50


def check_version(order: Order, achievement: Achievement) -> None:
    """Raise Refused where *order* is about another version of the badge."""
    if (order.achievement, order.version) != (achievement.key, achievement.version):
        raise Refused(f"The order for {order.attempt_id} is about another version of the badge. Please report this.")
