"""
What `object_arrived` copies against what the plan of the pipeline would: the real sync-task on a tree of real files.

`npm test` builds it and names it by TESTED_PROGRAM; a run by hand takes `dist/bin.js`, which `npm run build` makes.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sync_task_airflow.pipeline import load
from sync_task_airflow.selection import Selection
from tests.conftest import ROOT

BIN = Path(os.environ.get("TESTED_PROGRAM", ROOT.parent / "dist/bin.js"))
NODE = next((str(path) for path in [ROOT.parent / "node_modules/.bin/node"] if path.exists()), shutil.which("node"))
NOW = datetime(2024, 3, 9, 12)

needs_build = pytest.mark.skipif(not BIN.exists() or not NODE, reason="needs dist/bin.js: npm run build")

# Folders and names in which something means something: to globs, to a shell, to a URL, to those who write prefixes.
FOLDERS = ["", "orders", "orders-b", "orders/x", "Orders", "in (1)/[a]", "ü b"]
DAYS = ["2024-03-09", "2024-03-08", "2024-03-06/y"]
NAMES = ["a.csv", "b[1].csv", "{a,b}.csv", "!(x).tmp", "+(a)@b.csv", ".hidden.csv"]
ODD_NAMES = ["x y'\"$~#%.CSV", "a\\b.csv", "^|&;=.csv"]
SELECTIONS = [
    "{}",
    "{prefix: orders}",
    "{prefix: orders/x/, exclude: ['*.tmp']}",
    "{include: ['*.csv'], since: 2024-03-01}",
    "{include: ['orders/**'], exclude: ['**/b*', '!(*.csv)']}",
    "{exclude: ['*.csv']}",
    "{date_folder: '%Y-%m-%d/', include: ['*.csv']}",
    "{date_folder: {path: '{{ ds }}', days: 1, lag: 0}}",
    "{date_folder: '{{ macros.ds_add(ds, -1) }}/'}",
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    chance = random.Random(20240309)
    source = tmp_path / "source"
    for folder in FOLDERS + DAYS:
        for name in chance.sample(NAMES + ODD_NAMES, 5):
            path = source / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")
            day = chance.choice([datetime(2024, 2, 1), datetime(2024, 3, 8)])
            os.utime(path, (day.timestamp(), day.timestamp()))
    return source


def taken(source: Path, environment: dict[str, str]) -> set[str]:
    """What a plan would copy."""
    given = {name: value for name, value in environment.items() if value}
    places = {
        "SYNC_TASK_SOURCE": source.as_uri(),
        "SYNC_TASK_TARGET": (source.parent / "target").as_uri(),
        "SYNC_TASK_STATE": f"sqlite:{source.parent}/state-{time.monotonic_ns()}.db",
    }
    result = subprocess.run(
        [NODE, BIN, "plan", "--run", "r", "--dry-run", "--explain"],
        env={"PATH": os.environ["PATH"], **places, **given},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return {each["path"] for each in json.loads(result.stdout)["explain"] if each["decision"] == "copy"}


@needs_build
@pytest.mark.parametrize("selection", SELECTIONS)
def test_an_object_is_copied_where_the_plan_would_copy_it(tmp_path: Path, tree: Path, selection: str) -> None:
    yaml = f"description: d\nsource: {{connection: a}}\ntarget: {{connection: b}}\nselection: {selection}\n"
    (tmp_path / "mine.yaml").write_text(yaml)
    pipeline = load(tmp_path / "mine.yaml")
    mine = Selection(pipeline)
    # The plans of the runs that look at what is there now: today's, and those until today has become a day of theirs.
    folders = [mine.prefix]
    if mine.date_folder:
        runs = [NOW + timedelta(days=later) for later in range(mine.date_folder.lag + 1)]
        folders = sorted({mine.date_folder.on(at) for run in runs for at in mine.date_folder.days_of(run)})
    planned = set().union(*(taken(tree, {**pipeline.settings, **mine.environment(folder)}) for folder in folders))

    def copied(path: str) -> set[str]:
        only: dict[str, Any] | None = mine.only(path, NOW)
        return set() if only is None else taken(tree, {**pipeline.settings, **only})

    every = [file.relative_to(tree).as_posix() for file in tree.rglob("*") if file.is_file()]
    # Those that the plan takes and as many of the others: each is a process.
    chance = random.Random(len(selection))
    some = {*chance.sample(sorted(planned), min(4, len(planned))), *chance.sample(sorted(every), 6)}
    with ThreadPoolExecutor(2) as pool:
        for path, result in zip(sorted(some), pool.map(copied, sorted(some)), strict=True):
            assert result == ({path} & planned), path
