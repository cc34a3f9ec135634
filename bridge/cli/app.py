"""The commands, each with what it takes. What they do stands in the modules beside; those are imported when needed."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(
    help="From a Google Form and a coach's Sheet to verifiable Open Badges in the mailbox.",
    epilog="New here? badge-bridge demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
keys_app = typer.Typer(help="The keys that sign badges.", no_args_is_help=True)
export_app = typer.Typer(help="Tables for others.", no_args_is_help=True)
log_app = typer.Typer(help="The decision log.", no_args_is_help=True)
sheet_app = typer.Typer(help="The spreadsheet.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")
app.add_typer(sheet_app, name="sheet")
app.add_typer(log_app, name="log")
app.add_typer(export_app, name="export")

Config = Annotated[Path, typer.Option("--config", envvar="BADGE_BRIDGE_CONFIG", help="The settings.", dir_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
Number = Annotated[int, typer.Argument(min=1, help="The request's number: 41.")]
KeyKind = Annotated[
    Literal["ed25519", "es256", "rs256"],
    typer.Option("--kind", help="ed25519 signs badges; es256 or rs256 signs the VC-JWT beside them."),
]

BRIDGE_TOML = Path("bridge.toml")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"badge-bridge {version('badge-bridge')}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Tell the version.")] = False,
) -> None:
    """From a Google Form and a coach's Sheet to verifiable Open Badges in the mailbox."""


@app.command()
def demo(
    requests: Annotated[int, typer.Option(min=1, max=5000, help="How many requests teachers send.")] = 24,
    out: Annotated[Path, typer.Option(help="Where badges, mails, pages and the ledger are left.")] = Path("demo-out"),
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no page at the end.")] = False,
    as_json: Json = False,
) -> None:
    """The whole journey on this machine, without a Google account."""
    from .trial import demo as act

    raise typer.Exit(act(requests, out, browser=not no_browser, as_json=as_json))


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Its port on this machine; 0: any free one.")] = 8700,
    state: Annotated[Path | None, typer.Option(help="Keep its state in this folder.", file_okay=False)] = None,
    write_config: Annotated[
        Path | None, typer.Option(help="Write settings and keys that point at it, and plant a programme.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of everything made up: the same seed, the same ids.")] = 1,
) -> None:
    """A Google Workspace on this machine, until stopped with Ctrl-C."""
    from .trial import sandbox as act

    raise typer.Exit(act(port, state, write_config, seed))


@app.command()
def doctor(config: Config = BRIDGE_TOML, as_json: Json = False) -> None:
    """Check settings, keys and permissions, with cures. Changes nothing."""
    from .work import doctor as act

    raise typer.Exit(act(config, as_json=as_json))


@app.command()
def plan(config: Config = BRIDGE_TOML, as_json: Json = False) -> None:
    """Say what a cycle would do now. Changes nothing."""
    from .work import plan as act

    raise typer.Exit(act(config, as_json=as_json))


@app.command()
def run(config: Config = BRIDGE_TOML, as_json: Json = False) -> None:
    """One cycle: read form and sheet, issue, mail, and tell the sheet."""
    from .work import run as act

    raise typer.Exit(act(config, as_json=as_json))


@app.command()
def serve(config: Config = BRIDGE_TOML) -> None:
    """One cycle after the other, as [schedule] says, until stopped."""
    from .work import serve as act

    raise typer.Exit(act(config))


@app.command()
def status(config: Config = BRIDGE_TOML, as_json: Json = False) -> None:
    """What waits for whom, and what is stuck."""
    from .memory import status as act

    raise typer.Exit(act(config, as_json=as_json))


@app.command()
def explain(number: Number, config: Config = BRIDGE_TOML, as_json: Json = False) -> None:
    """The history of a request."""
    from .history import explain as act

    raise typer.Exit(act(config, number, as_json=as_json))


@app.command()
def retry(number: Number, config: Config = BRIDGE_TOML, as_json: Json = False) -> None:
    """Try again, in the next cycle, what got stuck with a request."""
    from .memory import retry as act

    raise typer.Exit(act(config, number, as_json=as_json))


@app.command()
def allow(
    awards: Annotated[int, typer.Argument(min=0, help="How many new badges are meant; 0 takes it back.")],
    config: Config = BRIDGE_TOML,
) -> None:
    """Let the next cycle issue so many badges at once."""
    from .memory import allow as act

    raise typer.Exit(act(config, awards))


@app.command()
def reissue(
    source: Annotated[str, typer.Option("--from", help="Who made the badges: badgr, credly or local.")],
    target: Annotated[str, typer.Option("--to", help="Who is to make them anew.")],
    badge: Annotated[str, typer.Option("--badge", help="Only this one (its key in the tab Badges).")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Also revoke the badges that are replaced.")] = False,
    config: Config = BRIDGE_TOML,
    as_json: Json = False,
) -> None:
    """Make the badges of one backend anew at another.

    Each holder is told once.
    """
    from bridge.plan import Wish

    from .moving import reissue as act

    raise typer.Exit(
        act(config, Wish(source.casefold(), target.casefold(), badge, revoke), dry_run=dry_run, as_json=as_json)
    )


@app.command("restore")
def restore_backup(
    file: Annotated[Path | None, typer.Argument(help="A backup; without it the newest.", dir_okay=False)] = None,
    list_: Annotated[bool, typer.Option("--list", help="Only say which backups there are.")] = False,
    config: Config = BRIDGE_TOML,
) -> None:
    """Make a backup the ledger again. The ledger that is there is set aside, not deleted."""
    from .memory import list_backups, restore

    raise typer.Exit(list_backups(config) if list_ else restore(config, file))


@app.command()
def verify(
    badges: Annotated[
        list[str],
        typer.Argument(metavar="FILE|URL|-", help="Badges: pictures (PNG, SVG), JSON or signed text; - is input."),
    ],
    site: Annotated[
        Path | None, typer.Option(help="Look up what issuers publish in this folder, not on the web.", file_okay=False)
    ] = None,
    recipient: Annotated[str | None, typer.Option(help="Also say whether it is this person's (an address).")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody; say what could not be checked.")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also ask addresses inside of this network, and http.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check a badge as a stranger would. 0: valid, 1: not valid, 3: could not tell."""
    from .checking import Asking
    from .checking import verify as act

    raise typer.Exit(act(badges, Asking(site, offline, allow_private), recipient, as_json=as_json))


@keys_app.command("new")
def keys_new(
    config: Config = BRIDGE_TOML,
    kind: KeyKind = "ed25519",
    keyring: Annotated[
        bool, typer.Option("--keyring", help="Lock it with a passphrase that the system's keyring holds.")
    ] = False,
) -> None:
    """Make a signing key, where [issuer] key or jwt_key says. Nothing else ever makes one."""
    from .signing import keys_new as act

    raise typer.Exit(act(config, kind, keyring=keyring))


@keys_app.command("list")
def keys_list(config: Config = BRIDGE_TOML, as_json: Json = False) -> None:
    """Tell which keys sign, and which did. Of each: its id, kind, age, file and lock."""
    from .signing import keys_list as act

    raise typer.Exit(act(config, as_json=as_json))


@keys_app.command("rotate")
def keys_rotate(config: Config = BRIDGE_TOML, kind: KeyKind = "ed25519") -> None:
    """Put a new key in the place of the one that signs. The old one is kept, and what it signed stays genuine."""
    from .signing import keys_rotate as act

    raise typer.Exit(act(config, kind))


@sheet_app.command("rebuild")
def sheet_rebuild(config: Config = BRIDGE_TOML) -> None:
    """Let the next cycle make the tab Review again, where it is lost or empty, and the tab Badges, where it is gone."""
    from .memory import sheet_rebuild as act

    raise typer.Exit(act(config))


@sheet_app.command("sync")
def sheet_sync(config: Config = BRIDGE_TOML) -> None:
    """Make missing tabs and columns now, and mend how the review tab looks. No row is touched."""
    from .work import sheet_sync as act

    raise typer.Exit(act(config))


@log_app.command("verify")
def log_verify(
    head: Annotated[str, typer.Option("--head", help="Also look for this head, as an older report told it.")] = "",
    config: Config = BRIDGE_TOML,
    as_json: Json = False,
) -> None:
    """Compare the ledger's decision log with itself and with the tab. 0: all is as it was, 1: it is not."""
    from .deeds import log_verify as act

    raise typer.Exit(act(config, head, as_json=as_json))


@export_app.command("hours")
def export_hours(
    year: Annotated[str, typer.Option("--school-year", help="Such as 2026-27; without it all years.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write this file; without it, to standard output.")] = None,
    decimal_comma: Annotated[
        bool, typer.Option("--decimal-comma", help="Write 1,5 and semicolons between fields.")
    ] = False,
    config: Config = BRIDGE_TOML,
    as_json: Json = False,
) -> None:
    """Hours and badges of each person in a school year, as CSV."""
    from .exporting import export_hours as act

    raise typer.Exit(act(config, year, out, as_json=as_json, decimal_comma=decimal_comma))
