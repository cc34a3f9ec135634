"""The guard that keeps tests on this machine, itself."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
import sitecustomize  # type: ignore[import-not-found]


@pytest.fixture
def forgiven() -> Iterator[None]:
    """Let a test try what is forbidden, and forget it afterwards."""
    yield
    sitecustomize.ATTEMPTS.clear()


def test_other_names_are_not_looked_up(forgiven: None) -> None:
    with pytest.raises(socket.gaierror, match="loopback"):
        socket.create_connection(("www.googleapis.com", 443))
    assert sitecustomize.ATTEMPTS == ["getaddrinfo('www.googleapis.com')"]


def test_other_addresses_are_not_called(forgiven: None) -> None:
    with socket.socket() as phone, pytest.raises(OSError, match="loopback"):
        phone.connect(("192.0.2.1", 443))
    assert len(sitecustomize.ATTEMPTS) == 1


def test_this_machine_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door, socket.create_connection(door.getsockname()) as caller:
        caller.sendall(b"here")
        with door.accept()[0] as line:
            assert line.recv(4) == b"here"
    assert sitecustomize.ATTEMPTS == []


def test_programs_that_tests_start_are_kept_in_too() -> None:
    script = "import socket; socket.getaddrinfo('www.googleapis.com', 443)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "tests stay on loopback" in done.stderr
