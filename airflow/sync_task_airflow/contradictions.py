"""Mistakes in a pipeline's file that a JSON schema cannot express."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import available_timezones

from sync_task_airflow.date_folder import date_folder_of
from sync_task_airflow.document import Document

# Options with a key of their own in the file. Given under `settings` as well, one of the two would silently be lost.
OWN_KEYS = {
    "min-age": "settle.min_age",
    "stable": "settle.stable",
    "marker": "settle.marker",
    "transform": "transforms",
    "gate": "gates",
    "batch-files": "batches.files",
    "batch-bytes": "batches.bytes",
    "max-batches": "batches.max",
    "max-files": "batches.max_files",
    "max-bytes": "batches.max_bytes",
}


def contradictions(document: Document) -> Iterator[str]:
    """One `file:line: problem` for each."""
    values = document.values
    late = any("late" in each["when"] for each in values.get("notify", []))
    if ("deadline" in values) != late:
        at = document.line(["deadline"] if "deadline" in values else ["notify"])
        yield (
            f"{document.label}:{at}: deadline and notify belong together: when is a run late, and who is to hear of it "
            "(when: [late])?"
        )
    yield from contradictions_of_days(document)
    for name in {*values.get("settings", {})} & {*OWN_KEYS}:
        yield (
            f"{document.label}:{document.line(['settings', name])}: settings: {name!r} has a place of its own: "
            f"{OWN_KEYS[name]}"
        )
    if "timezone" in values and values["timezone"] not in available_timezones():
        at = document.line(["timezone"])
        yield f"{document.label}:{at}: timezone: there is no {values['timezone']!r}; Europe/Berlin and UTC are two"
    schedule = values.get("schedule")
    if schedule is not None and not is_schedule(schedule):
        yield (
            f"{document.label}:{document.line(['schedule'])}: schedule: {schedule!r} is neither a cron expression "
            'such as "30 2 * * *" nor one of @hourly, @daily, @weekly, @monthly, @yearly, @once, @continuous'
        )


def contradictions_of_days(document: Document) -> Iterator[str]:
    selection = document.values.get("selection", {})
    prefix = selection.get("prefix", "")
    for index, glob in enumerate(selection.get("include", []) if "date_folder" in selection else []):
        if "/" in glob.removeprefix("**/"):
            yield (
                f"{document.label}:{document.line(['selection', 'include', index])}: selection.include: {glob!r}: "
                "beside date_folder, a glob has no / or begins with **/"
            )
    if "{{" in prefix or "{ds" in prefix:
        at = document.line(["selection", "prefix"])
        yield f"{document.label}:{at}: selection.prefix: a folder that depends on the day is a date_folder"
    folders = {"selection": selection.get("date_folder"), "refresh": document.values.get("refresh", {}).get("folder")}
    paths = {}
    for block, given in folders.items():
        if given is None:
            continue
        place = [block, "date_folder" if block == "selection" else "folder"]
        at = f"{document.label}:{document.line(place)}: {'.'.join(place)}"
        try:
            paths[block] = date_folder_of(given).path.rstrip("/")
        except ValueError as error:
            yield f"{at}: {error}"
            continue
        if block == "refresh" and paths.get("selection", paths[block]) != paths[block]:
            yield f"{at}: the pipeline looks at selection.date_folder and nowhere else: leave this out"
        if block == "refresh" and prefix and not paths[block].startswith(f"{prefix.rstrip('/')}/"):
            yield f"{at}: the pipeline looks below selection.prefix alone: a folder of a day is in there"


def is_schedule(text: str) -> bool:
    from croniter import croniter

    if text.startswith("@"):
        return text in ("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly", "@once", "@continuous")
    return croniter.is_valid(text)
