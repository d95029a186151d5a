"""
What a task moved, for OpenLineage: source and target as datasets, with what was read and written.

Names follow https://openlineage.io/docs/spec/naming. For SFTP they are those of Airflow's own SFTP operators,
`file://host:port` and the folder, so that lineages connect. The OpenLineage provider calls this; it is optional.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage


def dataset_name(url: str) -> tuple[str, str]:
    """Namespace and name of a location: `sftp://user@host:22/a%20b` is `file://host:22` and `/a b`."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.scheme == "sftp":
        # `/~` is the login's home folder; only the server knows its path.
        return f"file://{parts.hostname}:{parts.port or 22}", path.removeprefix("/") if path.startswith("/~") else path
    if parts.scheme == "file":
        return "file", path
    # For buckets the URL has both: s3://bucket, gs://bucket.
    return f"{parts.scheme}://{parts.netloc}", path.strip("/") or "/"


def lineage_of(source: str, target: str, result: dict[str, Any]) -> OperatorLineage:
    from airflow.providers.openlineage.extractors import OperatorLineage
    from openlineage.client.event_v2 import InputDataset, OutputDataset
    from openlineage.client.facet_v2 import input_statistics_input_dataset as read
    from openlineage.client.facet_v2 import output_statistics_output_dataset as written

    copied = result.get("files", {}).get("copied", 0)
    size = result.get("bytes", {})
    taken = read.InputStatisticsInputDatasetFacet(fileCount=copied, size=size.get("read", 0))
    given = written.OutputStatisticsOutputDatasetFacet(fileCount=copied, size=size.get("written", 0))
    return OperatorLineage(
        inputs=[InputDataset(*dataset_name(source), inputFacets={"inputStatistics": taken})],
        outputs=[OutputDataset(*dataset_name(target), outputFacets={"outputStatistics": given})],
    )
