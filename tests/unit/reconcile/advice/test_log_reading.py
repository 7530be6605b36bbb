"""Whose logs are read."""

from typing import Any

from tidegate.reconcile.advice.log_reading import sources_of
from tidegate.reconcile.seen.trims import trimmed_pod


def pod(name: str, revision: str = "new", *, containers: tuple[str, ...] = ("web",), **changes: Any) -> dict[str, Any]:
    """As the store keeps it."""
    metadata = {"name": name, "labels": {"tidegate.dev/revision": revision}, **changes}
    statuses = [{"name": container, "state": {"running": {}}} for container in containers]
    return trimmed_pod({"metadata": metadata, "status": {"phase": "Running", "containerStatuses": statuses}})


def read(*pods: dict[str, Any]) -> list[tuple[str, str]]:
    return [(found.pod, found.container) for found in sources_of(pods, "new")]


def test_every_container_of_the_revisions_pods_is_read() -> None:
    assert read(pod("a", containers=("mesh", "web")), pod("b", "old"), pod("c")) == [
        ("a", "mesh"),
        ("a", "web"),
        ("c", "web"),
    ]


def test_a_pod_that_opts_out_is_never_read() -> None:
    out, other = {"tidegate.dev/read-logs": "false"}, {"tidegate.dev/read-logs": "true", "else": "false"}

    assert read(pod("a", annotations=out), pod("b", annotations=other)) == [("b", "web")]


def test_a_pod_on_its_way_out_is_not_read() -> None:
    assert read(pod("a", deletionTimestamp="2026-01-01T00:00:00Z")) == []
