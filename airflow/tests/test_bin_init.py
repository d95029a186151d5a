"""`bin/init`: passwords of its own for every installation."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.conftest import ROOT


def installation(folder: Path) -> Path:
    (folder / "bin").mkdir(parents=True)
    shutil.copy(ROOT.parent / "bin/init", folder / "bin/init")
    shutil.copy(ROOT.parent / ".env.example", folder / ".env.example")
    return folder


def passwords(folder: Path) -> dict[str, str]:
    subprocess.run([folder / "bin/init"], check=True, capture_output=True)
    return dict(re.findall(r"^(\w+)=(.+)$", (folder / ".env").read_text(), re.MULTILINE))


def test_passwords_are_random_and_for_the_owner_alone(tmp_path: Path) -> None:
    first, second = (passwords(installation(tmp_path / name)) for name in ("first", "second"))
    assert {*first} == {"AIRFLOW_UI_PASSWORD", "SFTP_PASSWORD"}
    assert len({*first.values(), *second.values()}) == 4
    assert all(re.fullmatch(r"[\w-]{32}", value) for value in first.values())
    assert (tmp_path / "first/.env").stat().st_mode & 0o777 == 0o600


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    folder = installation(tmp_path / "one")
    before = passwords(folder)
    again = subprocess.run([folder / "bin/init"], capture_output=True, text=True)
    assert (again.returncode, again.stderr) == (64, "there is a .env already: it is left as it is\n")
    assert dict(re.findall(r"^(\w+)=(.+)$", (folder / ".env").read_text(), re.MULTILINE)) == before
    assert [path.name for path in folder.glob(".env*")].count(".env") == 1
    assert not [path for path in folder.iterdir() if path.name.startswith(".env.") and path.name != ".env.example"]
