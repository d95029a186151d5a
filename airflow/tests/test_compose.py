"""What every service of the packaged stack has, and has not."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT.parent / "docker-compose.yml").read_text())["services"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_has_few_rights_and_a_limit(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert "privileged" not in service


def test_the_engines_socket_is_the_proxys_alone() -> None:
    users = [name for name, each in SERVICES.items() if "docker.sock" in str(each.get("volumes"))]
    assert users == ["docker-socket-proxy"]
    allowed = {name for name, value in SERVICES["docker-socket-proxy"]["environment"].items() if value}
    assert allowed == {"CONTAINERS", "POST"}
    assert [name for name, each in SERVICES.items() if "engine" in each.get("networks", [])] == [
        "docker-socket-proxy",
        "airflow-worker",
    ]


def test_a_pipeline_that_is_dropped_is_there_for_all_of_airflow() -> None:
    mount = "./airflow/pipelines:/opt/airflow/pipelines:ro"
    airflow = [name for name in SERVICES if name.startswith("airflow-")]
    assert len(airflow) == 6
    assert all(mount in SERVICES[name]["volumes"] for name in airflow)


def test_no_password_stands_in_the_file() -> None:
    text = (ROOT.parent / "docker-compose.yml").read_text()
    assert "redis://" not in text
    assert "requirepass %s" in text


def test_status_needs_nothing_of_airflow() -> None:
    status = SERVICES["status"]
    assert status["profiles"] == ["tools"], "it is no part of the running stack"
    assert status["networks"] == ["sync-task"]
    assert status["volumes"] == ["postgres-secrets:/secrets:ro"]
    assert "docker compose run --rm" in (ROOT.parent / "bin/status").read_text()
