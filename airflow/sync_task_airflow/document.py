"""YAML with the line of every value, so that an error can say where to look."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

Place = tuple["str | int", ...]

# `${SYNC_TASK_NAME}` and `${SYNC_TASK_NAME:-default}`. No other variables: DAGs are stored and shown, so they must not
# hold secrets.
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(?::-([^}]*))?\}")
TRUTH = ("true", "false")
SECRET = re.compile(r"PASSWORD|PASSPHRASE|SECRET|TOKEN|(?<!KNOWN_)KEY")


class PipelineError(Exception):
    """Mistakes in a pipeline's file, one `file:line: problem` a line."""

    def __init__(self, problems: Iterable[str]) -> None:
        super().__init__("\n".join(problems))


class Document:
    """A YAML file. `values` is its content; `line` finds the line of a value."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Folder and file name, as people call it.
        self.label = f"{path.parent.name}/{path.name}"
        self.lines: dict[Place, int] = {}
        try:
            text = path.read_text(encoding="utf-8")
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            hint = ": put texts that begin with @ into quotes" if "'@'" in (error.problem or "") else ""
            raise PipelineError(
                [f"{self.label}:{mark.line + 1 if mark else 1}: this is no YAML: {error.problem}{hint}"]
            ) from None
        except OSError as error:
            raise PipelineError([f"{self.label}:1: it cannot be read: {error.strerror}"]) from None
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise PipelineError([f"{self.label}:1: this is no YAML: {' '.join(str(error).split())}"]) from None
        self.problems: list[str] = []
        self.values: Any = self._value(root, ()) if root is not None else None
        if self.problems:
            raise PipelineError(self.problems)

    def line(self, path: Iterable[str | int]) -> int:
        """The line of the value at `path`, or of the nearest value that encloses it."""
        at = tuple(path)
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def _value(self, node: yaml.Node, at: Place) -> Any:
        self.lines.setdefault(at, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            values: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key, line = str(key_node.value), key_node.start_mark.line + 1
                if key in values:
                    self.problems.append(f"{self.label}:{line}: {'.'.join(map(str, (*at, key)))} is given twice")
                self.lines[(*at, key)] = line
                values[key] = self._value(value_node, (*at, key))
            return values
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*at, index)) for index, item in enumerate(node.value)]
        # As in YAML 1.2: `2024-03-01` and `off` are strings.
        is_text = node.tag.endswith(":timestamp") or (node.tag.endswith(":bool") and node.value.lower() not in TRUTH)
        value = node.value if is_text else yaml.SafeLoader("").construct_object(node)
        return self._filled_in(value, node.start_mark.line + 1) if isinstance(value, str) else value

    def _filled_in(self, text: str, line: int) -> str:
        def value_of(match: re.Match[str]) -> str:
            name, default = match[1], match[2] or ""
            if not name.startswith("SYNC_TASK_") or SECRET.search(name):
                self.problems.append(
                    f"{self.label}:{line}: ${{{name}}} cannot be used here: only variables that begin with SYNC_TASK_, "
                    "and no secrets, which belong into connections"
                )
                return ""
            return os.environ.get(name) or default

        return VARIABLE.sub(value_of, text)
