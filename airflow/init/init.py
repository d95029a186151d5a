"""
Creates what Airflow needs before it starts: its database, the user, the connections and the pools. One process does it
all, and changes nothing the second time.
"""

from __future__ import annotations

import os
import sys

from connections import connections

DEMO_PASSWORD = "airflow"
# What SYNC_TASK_POOLS said when the pools were last set.
POOLS_AS_SET = "sync_task_pools_as_set"


def main() -> None:
    password = os.environ["AIRFLOW_UI_PASSWORD"]
    bind = os.environ.get("AIRFLOW_BIND") or "127.0.0.1"
    if password == DEMO_PASSWORD and bind != "127.0.0.1":
        print(
            f"AIRFLOW_BIND is {bind}, and AIRFLOW_UI_PASSWORD is the demo's: run bin/init, which makes another one",
            file=sys.stderr,
        )
        sys.exit(64)
    pools = slots_of(os.environ.get("SYNC_TASK_POOLS", ""))
    migrate()
    add_user(os.environ["AIRFLOW_UI_USER"], password)
    add_connections()
    set_pools(pools)


def migrate() -> None:
    from airflow.utils.db import check_migrations

    try:
        check_migrations(0)
    except TimeoutError:
        from airflow.cli.cli_parser import get_parser

        # Includes the tables of providers.
        arguments = get_parser().parse_args(["db", "migrate"])
        arguments.func(arguments)


def add_user(name: str, password: str) -> None:
    """An existing user gets the password that .env has now."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
    from werkzeug.security import check_password_hash

    with get_application_builder() as builder:
        manager = builder.sm
        user = manager.find_user(name)
        if user is None:
            admin = manager.find_role("Admin")
            if not manager.add_user(name, "Airflow", "Admin", f"{name}@localhost", admin, password=password):
                sys.exit(f"the user {name} could not be made: see above")
            print(f"made the user {name}")
        elif not check_password_hash(user.password, password):
            manager.reset_password(user.id, password)
            print(f"the user {name} has the password of .env now")


def add_connections() -> None:
    """Keeps existing connections, because somebody may have changed them in the UI."""
    from airflow.models import Connection
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        there = {*session.scalars(select(Connection.conn_id))}
        for conn_id, given in connections().items():
            if conn_id not in there:
                session.add(Connection(conn_id=conn_id, **given))
                print(f"made the connection {conn_id}")


def slots_of(text: str) -> dict[str, int]:
    """`NAME=SLOTS`, separated by spaces. SLOTS limits how many of the pool's containers run at once."""
    pools = {}
    for pool in text.split():
        name, equals, slots = pool.partition("=")
        if not name or not equals or not slots.isdecimal():
            sys.exit(f"SYNC_TASK_POOLS has {pool!r}: write NAME=SLOTS, such as sync_task=8")
        pools[name] = int(slots)
    return pools


def set_pools(pools: dict[str, int]) -> None:
    """Keeps slots that were changed in the UI, until SYNC_TASK_POOLS changes."""
    from airflow.models import Pool, Variable

    asked = os.environ.get("SYNC_TASK_POOLS", "")
    if Variable.get(POOLS_AS_SET, default_var=None) == asked:
        return
    for name, slots in pools.items():
        Pool.create_or_update_pool(name, slots, "Containers of sync-task, see SYNC_TASK_POOLS", include_deferred=False)
        print(f"the pool {name} has {slots} slots")
    Variable.set(POOLS_AS_SET, asked)


if __name__ == "__main__":
    main()
