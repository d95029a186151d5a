"""The modules of this folder import each other one way, and each is short enough to be read in one sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from tests.conftest import ROOT

PACKAGE = "sync_task_airflow"
MODULES = {path.stem: path for path in (ROOT / PACKAGE).glob("*.py")}
MOST_LINES = 250


def imported(path: Path) -> Iterator[str]:
    """Modules of the package that a file imports anywhere: inside a function too, or for types alone."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: name the package, this test reads no relative imports"
            # What is imported may be a module itself: `from sync_task_airflow import notify`.
            names = [f"{node.module}.{each.name}" for each in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == PACKAGE:
                module = rest.split(".")[0]
                yield module if module in MODULES else "__init__"


def test_imports_form_no_cycle() -> None:
    graph = {module: {*imported(path)} for module, path in MODULES.items()}
    assert "pipeline" in graph["dag_factory"], "imports are found"
    # Raises CycleError, which names the modules of the cycle.
    TopologicalSorter(graph).prepare()


def test_no_file_is_too_long() -> None:
    lines = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in ROOT.glob("*/*.py")}
    assert f"{PACKAGE}/pipeline.py" in lines, "files are found"
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
