"""What happened between two recordings and was not recorded, and which recordings the peer does not answer for."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from threading import Thread

from tests.peers.badgr.issuers import new_badge, new_issuer
from tests.peers.badgr.recordings import FORK, STOCK, by_name
from tests.peers.badgr.records import AccessToken
from tests.peers.badgr.replay import Replay
from tests.peers.badgr.world import ISSUER, LEARNER, OTHER, SECRET

BAKERY = "the backpack's import, which judges badges of other servers: the bridge never calls it"
TOKENS = "the list of one's own tokens: the bridge never calls it"
PAGE = "a page for people"

NOT_COVERED_STOCK = {
    "025_auth_tokens_list": TOKENS,
    "148_public_assertion_bot": f"{PAGE} (a preview for social networks)",
    "187_backpack_import_image_dup": BAKERY,
    "188_backpack_import_image_other": BAKERY,
    "189_backpack_import_url_other": BAKERY,
    "190_backpack_import_plain_png": BAKERY,
    "191_backpack_import_two": BAKERY,
    "192_backpack_import_unreachable": BAKERY,
    "195_backpack_import_url_after_delete": BAKERY,
    "196_backpack_v1_upload": BAKERY,
    "197_backpack_import_revoked": BAKERY,
    "199_public_verify": "the server's own verifier: the bridge has its own",
    "200_issuer_tokens": "making tokens for one issuer; that they work as recorded is covered (210 to 213)",
    "215_auth_token_delete": TOKENS,
    "218_public_after_badgeclass_delete": "a stale cache: the same address is a 404 later",
    "230_fault_extension_no_egress": "a server without the internet; the bridge sends no extensions",
}

FORK_CREATE = "making issuers and badges: the bridge never does, and the fork's own members are not needed for it"
NOT_COVERED_FORK = {
    "010_issuer_create": FORK_CREATE,
    "011_issuer_create_v1": FORK_CREATE,
    "014_badgeclass_create": FORK_CREATE,
    "051_backpack_import_url": BAKERY,
    "052_issuer_tokens": "making tokens for one issuer",
}
#: These lists show what earlier runs had left on the server: only the first of each is compared.
FIRST_ONLY_FORK = frozenset({"013_issuer_list", "049_changed_assertions", "050_backpack_list"})


# ── stock ────────────────────────────────────────────────────────────────────


def secrets(replay: Replay) -> None:
    replay.secret("PASSWORD:issuer", replay.server.password)
    basic(replay, SECRET)


def basic(replay: Replay, secret: str) -> None:
    replay.secret("BASE64(client_id:client_secret)", b64encode(f"confidential:{secret}".encode()).decode())


def calm(replay: Replay) -> None:
    """The recorder had the server forget its failures, and logged in again."""
    replay.server.backoff.clear()
    replay.log_in("issuer", ISSUER)


def wrong_secret(replay: Replay) -> None:
    basic(replay, "wrong")


def everyone(replay: Replay) -> None:
    replay.log_in("issuer", ISSUER)
    replay.log_in("other", OTHER)
    replay.log_in("learner", LEARNER)
    replay.log_in("rprofile", ISSUER, scope="r:profile")


def expired(replay: Replay) -> None:
    find_token(replay, "rprofile").expires = replay.clock.now() - timedelta(seconds=1)


def nearly_expired(replay: Replay) -> None:
    find_token(replay, "learner").expires = replay.clock.now() + timedelta(seconds=60)


def find_token(replay: Replay, name: str) -> AccessToken:
    access = replay.known[f"<ACCESS_TOKEN:{name}>"]
    return next(token for token in replay.server.tokens if token.access == access)


def slow(replay: Replay) -> None:
    replay.server.faults.next("assertion_create", "timeout_after")


def race(replay: Replay) -> None:
    """Two posts at once, neither of which may make a duplicate."""
    server, request = replay.server, by_name(STOCK)["assertion_create_dup_refused"]["request"]
    request = request | {"json": {"recipient": {"identity": "race0@example.org"}, "allowDuplicateAwards": False}}
    server.race(2)
    pair = [Thread(target=replay.send, args=(request,)) for _ in range(2)]
    for one in pair:
        one.start()
    for one in pair:
        one.join()
    server.between_check_and_insert = None


def other_host(replay: Replay) -> None:
    replay.extra = {"Host": replay.server.url.removeprefix("http://").replace("127.0.0.1", "localhost")}


def behind_tls(replay: Replay) -> None:
    replay.extra = {"X-Forwarded-Proto": "https"}


def one_issuer_tokens(replay: Replay) -> None:
    """Tokens for one issuer only: of an application without a user, and of one with."""
    server = replay.server
    scope = f"rw:issuer:{replay.known['wNEAMlnuQKKYcwLe11Kfeg']}"
    until = server.now() + timedelta(days=1)
    server.tokens.append(AccessToken("of-nobody", None, scope, until, "confidential"))
    server.tokens.append(AccessToken("of-the-issuer", server.users[ISSUER], scope, until, "confidential"))
    replay.secret("TOKEN:issuer_scoped", "of-nobody")
    replay.secret("ACCESS_TOKEN:issuer_scoped_cc", "of-the-issuer")


def mark(replay: Replay) -> None:
    """The moment that recording 216 asks from."""
    replay.known["2026-11-22T03%3A30%3A57.832665%2B00%3A00"] = replay.server.stamp().isoformat().replace("+", "%2B")


def an_award_revoked(replay: Replay) -> None:
    """A BadgeClass with one award, revoked."""
    server = replay.server
    issuer = server.issuer_of(replay.known["wNEAMlnuQKKYcwLe11Kfeg"], server.users[ISSUER])
    assert issuer is not None
    body = {"name": "Deleted", "description": "d", "criteriaNarrative": "n"}
    badge = new_badge(server, issuer, body)
    replay.known["hKGGRJzGQVSwAyfkSY8hgA"] = badge.id
    requests = (
        ("POST", f"/v2/badgeclasses/{badge.id}/assertions", {"recipient": {"identity": "del@example.org"}}),
        ("DELETE", "/v2/assertions/{}", {"revocation_reason": "x"}),
    )
    for method, path, document in requests:
        headers = {"Authorization": "Bearer <ACCESS_TOKEN:issuer>"}
        last = server.assertions[-1].id
        replay.send({"method": method, "path": path.format(last), "headers": headers, "json": document})


def mail_down(replay: Replay) -> None:
    replay.server.mail_down = True


PREPARE_STOCK = {
    "001": secrets,
    "016": calm,
    "018": wrong_secret,
    "019": calm,
    "022": lambda replay: replay.log_in("issuer4", ISSUER),
    "026": everyone,
    "032": expired,
    "036": nearly_expired,
    "110": slow,
    "113": race,
    "204": other_host,
    "205": behind_tls,
    "210": one_issuer_tokens,
    "212": mark,
    "216": an_award_revoked,
    "226": mail_down,
}


# ── the fork ─────────────────────────────────────────────────────────────────


def earlier_runs(replay: Replay) -> None:
    """The list of issuers, the feed and the backpack begin with what earlier runs had left on the server."""
    server = replay.server
    body = {"name": "Conf 2026", "email": ISSUER, "url": "https://conf.example.org", "description": "A conference"}
    first, second, this = (new_issuer(server, ISSUER, body | {"picture": b"png"}) for _ in range(3))
    replay.known |= {"L4se2aguQbijfYLJo5YQCg": first.id, "4QPc_ogWRg-ykGs28Kjo3A": this.id}
    badge = new_badge(server, second, {"name": "Attendee", "description": "Took part"})
    full = by_name(FORK)["assertion_create_full"]["request"]
    replay.send(full | {"path": f"/v2/badgeclasses/{badge.id}/assertions"})


def fork_people(replay: Replay) -> None:
    replay.log_in("issuer", ISSUER)
    replay.log_in("other", OTHER)
    replay.log_in("learner", LEARNER)


def no_worker(replay: Replay) -> None:
    """What 028 and 029 asked for is not among the newest awards of 031: no worker made it."""
    replay.server.batch_works = False


PREPARE_FORK = {
    "001": secrets,
    "004": lambda replay: replay.server.backoff.clear(),
    "006": lambda replay: replay.server.backoff.clear(),
    "008": fork_people,
    "012": earlier_runs,
    "028": no_worker,
}

FOLDERS = {
    "stock": (STOCK, PREPARE_STOCK, NOT_COVERED_STOCK, frozenset()),
    "fork": (FORK, PREPARE_FORK, NOT_COVERED_FORK, FIRST_ONLY_FORK),
}
