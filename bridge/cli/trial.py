"""Commands that need no Google: sandbox, demo."""

from __future__ import annotations

from pathlib import Path

from bridge.errors import ConfigProblems, Refused

from .main import Exit
from .screen import progress, say, say_json


def sandbox(port: int, state: Path | None, write_config: Path | None, seed: int) -> int:
    """Serve until stopped. A new world is planted with a programme; a saved one is taken up as it was."""
    from bridge.sandbox.saving import StateUnreadable, read_world
    from bridge.sandbox.seed import plant
    from bridge.sandbox.server import run
    from bridge.sandbox.state import World
    from bridge.trial import write_trial

    try:
        saved = read_world(state) if state else None
    except StateUnreadable as error:
        raise Refused(str(error)) from error
    if saved and write_config and not write_config.exists():
        raise ConfigProblems([f"{state} holds a world already, and its settings were written when it was made."])
    world = saved or World(seed=seed)
    programme = None if saved else plant(world)

    def ready(url: str) -> None:
        if programme and write_config:
            write_trial(programme, url, write_config)
            say(f"Settings and keys are written: {write_config}. In another terminal:")
            say(f"  badge-bridge serve --config {write_config}")
        say(f"The sandbox answers at {url}; what people can do there is told at {url}/_sandbox/. Ctrl-C stops it.")

    try:
        run(port, state, world, ready)
    except OSError as error:
        raise Refused(f"The port {port} can't be used: {error.strerror}. Choose another: --port 0") from error
    return Exit.DONE


def demo(requests: int, out: Path, *, browser: bool, as_json: bool) -> int:
    from bridge.demo import run_demo

    with progress(quiet=as_json) as told:
        result = run_demo(requests, out, progress=told)
    del browser
    say_json(result.as_json())
    return Exit.DONE
