from __future__ import annotations

import json
import logging

import pytest
from airflow.sdk.exceptions import AirflowException
from docker.errors import APIError
from requests import ConnectionError as LostConnection
from urllib3.exceptions import ProtocolError

from sync_task_airflow.container_logs import follow_until_exit
from tests.fake_engine import Container, Ending, FakeEngine

LOG = logging.getLogger("container")


def start(engine: FakeEngine, *lines: str) -> str:
    engine.behave = lambda _command: Ending(log=list(lines))
    created = engine.create_container(image="i", command=[], environment={}, labels={}, host_config={})
    engine.start(created["Id"])
    return created["Id"]


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "container"]


def test_lines_keep_their_level(engine: FakeEngine, caplog: pytest.LogCaptureFixture) -> None:
    line = '{"level":"warn","message":"deferred: a.txt","time":"2026","run":"r","files":2,"traceId":"4bf9"}'
    container = start(engine, line, "plain words", '{"level":"odd"}', '{"level":["x"],"message":1}', "[1]")
    with caplog.at_level(logging.INFO):
        follow_until_exit(engine, container, LOG)
    assert logged(caplog) == [
        ("WARNING", 'deferred: a.txt  run="r" files=2'),
        ("INFO", "plain words"),
        ("INFO", '{"level":"odd"}'),
        ("INFO", '{"level":["x"],"message":1}'),
        ("INFO", "[1]"),
    ]


def test_a_broken_stream_is_followed_again_with_no_line_twice(
    engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    container = start(engine, "one", "two", "three")
    whole = engine.logs
    breaks = [ProtocolError("gone"), LostConnection("gone"), TimeoutError(), APIError("503")]

    def logs(container_id: str, **options: object):
        for line in whole(container_id, **options):
            yield line
            if breaks and b"two" in line:
                raise breaks.pop()

    engine.logs = logs  # type: ignore[method-assign]
    with caplog.at_level(logging.INFO):
        follow_until_exit(engine, container, LOG)
    assert [message for level, message in logged(caplog) if level == "INFO"] == ["one", "two", "three"]


def test_a_stream_that_ends_early_is_no_end(engine: FakeEngine) -> None:
    container = start(engine)
    ends = iter([True, True, False])
    engine.logs = lambda container_id, **_options: end(engine.there[container_id], next(ends))  # type: ignore
    assert follow_until_exit(engine, container, LOG)["Running"] is False
    assert next(ends, None) is None


def end(container: Container, running: bool) -> list[bytes]:
    container.running = running
    return []


def test_an_engine_that_stays_away_is_an_error(engine: FakeEngine) -> None:
    def lost(_container: Container) -> None:
        raise LostConnection("gone")

    container = start(engine)
    engine.before_logs = lost
    with pytest.raises(LostConnection):
        follow_until_exit(engine, container, LOG)


def test_a_container_that_was_removed_is_an_error_at_once(engine: FakeEngine) -> None:
    container = start(engine)
    engine.before_logs = lambda _container: engine.there.clear()
    with pytest.raises(AirflowException, match="was removed"):
        follow_until_exit(engine, container, LOG)


def test_names_cannot_forge_or_hide_a_line(engine: FakeEngine, caplog: pytest.LogCaptureFixture) -> None:
    name = "a\n\x1b[2Jb\x9b1mc\u202ecod.exe\u2028\u200bd"
    record = {"level": "warn", "message": f"deferred: {name}", "path": name}
    container = start(engine, json.dumps(record), "plain\t\x1b[31m\u2066x")
    with caplog.at_level(logging.INFO):
        follow_until_exit(engine, container, LOG)
    shown = r"a\x0a\x1b[2Jb\x9b1mc\u202ecod.exe\u2028\u200bd"
    [first, second] = [message for _level, message in logged(caplog)]
    assert first.startswith(f"deferred: {shown}  path=")
    assert second == r"plain   \x1b[31m\u2066x"
    assert first.isprintable()
    assert second.isprintable()


def test_what_the_servers_can_do_is_one_group(engine: FakeEngine, caplog: pytest.LogCaptureFixture) -> None:
    def line(level: str, name: str) -> str:
        facts = {"capability": name, "offered": level == "info"}
        return json.dumps({"level": level, "message": f"source  {name}", **facts})

    lines = [line("info", "rename"), line("warn", "fsync"), '{"level":"info","message":"after"}', line("info", "last")]
    container = start(engine, '{"level":"info","message":"before"}', *lines)
    with caplog.at_level(logging.INFO):
        follow_until_exit(engine, container, LOG)
    assert logged(caplog) == [
        ("INFO", "before"),
        ("WARNING", "::group::what the servers can do: 1 of 2 things missing"),
        ("INFO", "source  rename"),
        ("WARNING", "source  fsync"),
        ("INFO", "::endgroup::"),
        ("INFO", "after"),
        ("INFO", "::group::what the servers can do: 0 of 1 things missing"),
        ("INFO", "source  last"),
        ("INFO", "::endgroup::"),
    ]
