"""What a pipeline's file may say, what it becomes, and how a mistake in it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync_task_airflow.document import PipelineError
from sync_task_airflow.pipeline import files_of, load
from tests.conftest import ROOT

HEAD = "description: d\nsource: {connection: a}\ntarget: {connection: b}\n"


def write(folder: Path, text: str, name: str = "mine") -> Path:
    (folder / f"{name}.yaml").write_text(text)
    return folder / f"{name}.yaml"


def problems(folder: Path, text: str, name: str = "mine") -> list[str]:
    with pytest.raises(PipelineError) as raised:
        load(write(folder, text, name))
    return str(raised.value).replace(f"{folder.name}/", "").split("\n")


@pytest.mark.parametrize("path", files_of(ROOT / "pipelines"), ids=lambda path: path.stem)
def test_what_is_shipped_is_valid_and_names_its_schema_for_the_editor(path: Path) -> None:
    assert load(path).name == path.stem
    first = path.read_text().splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("=")[2]).is_file()


def test_the_chain_of_the_example_is_in_order() -> None:
    chain = load(ROOT / "pipelines/partner_orders.yaml").settings["SYNC_TASK_TRANSFORM"].splitlines()
    assert [step.partition(":")[0] for step in chain] == [
        "gunzip",
        "encoding",
        "csv-clean",
        "csv-validate",
        "pgp-encrypt",
    ]


def test_settings_of_a_pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNC_TASK_MORE", "mask:token=x\nnewline:to=lf")
    text = """
settle: {min_age: 5m, marker: "{name}.done"}
selection: {exclude: ["*.tmp", "*.part"], include: ["*.csv"]}
transforms: [gunzip, "${SYNC_TASK_MORE}", "${SYNC_TASK_ABSENT}", "${SYNC_TASK_ABSENT:-gzip}"]
gates: {few-files: "fail:10", name-collision: off}
settings: {bwlimit: 10M, files: 4, fsync: false, ssh-something: [a, b]}
"""
    assert load(write(tmp_path, HEAD + text)).settings == {
        "SYNC_TASK_MIN_AGE": "5m",
        "SYNC_TASK_MARKER": "{name}.done",
        "SYNC_TASK_EXCLUDE": "*.tmp\n*.part",
        "SYNC_TASK_TRANSFORM": "gunzip\nmask:token=x\nnewline:to=lf\ngzip",
        "SYNC_TASK_GATE": "few-files=fail:10\nname-collision=off",
        "SYNC_TASK_BWLIMIT": "10M",
        "SYNC_TASK_FILES": "4",
        "SYNC_TASK_FSYNC": "false",
        "SYNC_TASK_SSH_SOMETHING": "a\nb",
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + "schedul: x\n", "mine.yaml:4: there is no key 'schedul' here; there are batches, "),
        (HEAD + "batches:\n  files: 10\n  parallel: 0\n", "mine.yaml:6: batches.parallel: 0 is less than the minimum"),
        (HEAD + "batches:\n  file: 10\n", "mine.yaml:5: batches: there is no key 'file' here; there are bytes"),
        ("description: d\nsource: {connection: a}\n", "mine.yaml:1: 'target' is missing"),
        (HEAD + "schedule: @daily\n", "mine.yaml:4: this is no YAML: found character '@' that cannot start any token"),
        (HEAD + "schedule: dayly\n", "mine.yaml:4: schedule: 'dayly' is neither a cron expression such as"),
        (HEAD + "tags: [a\n", "mine.yaml:5: this is no YAML: "),
        (HEAD + "tags: [1]\n", "mine.yaml:4: tags.0: 1 is not of type 'string'"),
        (HEAD + "tags: []\ntags: []\n", "mine.yaml:5: tags is given twice"),
        (HEAD + "start_date: 2024-02-31\n", "mine.yaml:4: start_date: '2024-02-31' is not a 'date'"),
        (HEAD + "gates: {few-file: warn}\n", "mine.yaml:4: gates: there is no key 'few-file' here; there are empty"),
        (HEAD + "gates: {few-files: often}\n", "mine.yaml:4: gates.few-files: 'often' is not of the form"),
        (HEAD + "settings:\n  password: x\n", "mine.yaml:5: settings: 'password' cannot stand here"),
        (HEAD + "settings:\n  source: x\n", "mine.yaml:5: settings: 'source' cannot stand here"),
        (HEAD + "docs: ${HOME}\n", "mine.yaml:4: ${HOME} cannot be used here"),
        (HEAD + "docs: ${SYNC_TASK_STATE_PASSWORD}\n", "mine.yaml:4: ${SYNC_TASK_STATE_PASSWORD} cannot be used here"),
        (HEAD + "deadline: 2h\n", "mine.yaml:4: deadline and notify belong together"),
        (HEAD + "notify:\n  - when: [late]\n    webhook: {connection: c}\n", "mine.yaml:4: deadline and notify belong"),
        (HEAD + "notify:\n  - when: [failure]\n", "mine.yaml:5: notify.0: one of webhook, slack, email and"),
        (
            HEAD + 'selection:\n  prefix: a\n  date_folder: "{{ ds }}/"\n',
            "mine.yaml:4: selection: prefix and date_folder exclude each other",
        ),
        (HEAD + "selection:\n  date_folder: daily/\n", "mine.yaml:5: selection.date_folder: 'daily/' is not of"),
        (
            HEAD + 'selection:\n  date_folder: "{{ ds }}"\n  include:\n    - "*.a"\n    - "x/*.a"\n',
            "mine.yaml:8: selection.include: 'x/*.a': beside date_folder, a glob has no /",
        ),
        (HEAD + "selection:\n  date_folder: '%H/'\n", "mine.yaml:5: selection.date_folder: %H says nothing of a day"),
        (HEAD + "selection:\n  date_folder: {days: 2}\n", "mine.yaml:5: selection.date_folder: 'path' is missing"),
        (
            HEAD + "selection:\n  date_folder: {path: '%d', day: 2}\n",
            "mine.yaml:5: selection.date_folder: there is no key 'day' here; there are days, lag, path",
        ),
        (HEAD + "selection:\n  date_folder: {path: '%d', days: 0}\n", "mine.yaml:5: selection.date_folder.days: 0 is"),
        (HEAD + "selection:\n  prefix: 'in/{{ ds }}'\n", "mine.yaml:5: selection.prefix: a folder that depends on"),
        (HEAD + "timezone: Europe/Berlin-Mitte\n", "mine.yaml:4: timezone: there is no 'Europe/Berlin-Mitte'"),
        (HEAD + "settings:\n  exclude: x\n", "mine.yaml:5: settings: 'exclude' cannot stand here"),
        (HEAD + "settings:\n  gate: x=off\n", "mine.yaml:5: settings: 'gate' has a place of its own: gates"),
        (HEAD + "refresh: {folder: daily}\n", "mine.yaml:4: refresh.folder: 'daily' is not of the form"),
        (
            HEAD + "selection: {prefix: in}\nrefresh: {folder: '%d'}\n",
            "mine.yaml:5: refresh.folder: the pipeline looks below selection.prefix alone",
        ),
        (
            HEAD + "selection: {date_folder: '%d'}\nrefresh: {folder: '%m/%d'}\n",
            "mine.yaml:5: refresh.folder: the pipeline looks at selection.date_folder and nowhere else",
        ),
        (HEAD + "container: {memory: 512m}\n", "mine.yaml:4: container.memory: '512m' is not of the form"),
        ("", "mine.yaml:1: None is not of type 'object'"),
        ("[]\n", "mine.yaml:1: [] is not of type 'object'"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    found = problems(tmp_path, text)
    assert len(found) == 1, found
    assert found[0].startswith(says)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    lines = [problem.split(":")[1] for problem in problems(tmp_path, HEAD + "tags: 1\nowner: 1\npool: 1\n")]
    assert lines == ["4", "5", "6"]


def test_a_file_is_called_as_a_dag_may_be(tmp_path: Path) -> None:
    said = problems(tmp_path, HEAD, "my pipe line")[0]
    assert said.startswith("my pipe line.yaml:1: the file's name becomes the DAG's")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(b"description: \xff\n")
    with pytest.raises(PipelineError, match=r"mine\.yaml:1: this is no YAML: "):
        load(tmp_path / "mine.yaml")
