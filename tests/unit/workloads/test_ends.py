"""How a pod's containers ended."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tidegate.workloads import Ends, ends_since

SINCE = datetime(2026, 1, 1, 12, 0, 0, 500_000, UTC)


def at(seconds: int) -> str:
    return (SINCE + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ended(seconds: int, reason: str = "Error") -> dict[str, Any]:
    return {"terminated": {"reason": reason, "finishedAt": at(seconds)}}


def container(restarts: int = 0, **states: Any) -> dict[str, Any]:
    return {"name": "web", "restartCount": restarts, "state": {"running": {}}, **states}


def seen(*containers: dict[str, Any], born: int = 0, init: tuple[dict[str, Any], ...] = ()) -> Ends | None:
    status = {"containerStatuses": list(containers), "initContainerStatuses": list(init)}
    return ends_since({"metadata": {"name": "a", "creationTimestamp": at(born)}, "status": status}, SINCE)


def instant(seconds: int) -> datetime:
    return datetime.fromisoformat(at(seconds))


def test_every_restart_of_a_pod_of_the_rollout_counts() -> None:
    found = seen(container(3, lastState=ended(60)), container(1, lastState=ended(20)))

    assert found == Ends(restarts=4, at=instant(20))


def test_of_an_older_pod_only_the_last_restart_of_each_container_is_known_to_be_new() -> None:
    assert seen(container(41, lastState=ended(5)), born=-86400) == Ends(restarts=1, at=instant(5))
    assert seen(container(41, lastState=ended(-5)), born=-86400) is None


def test_a_container_that_wanted_memory_is_told_before_it_runs_again_and_after() -> None:
    killed = ended(9, "OOMKilled")

    assert seen(container(0, state=killed)) == Ends(out_of_memory=1, at=instant(9))
    assert seen(container(2, lastState=killed)) == Ends(restarts=2, out_of_memory=1, at=instant(9))


def test_an_init_container_that_is_done_did_not_restart() -> None:
    assert seen(container(), init=(container(0, state=ended(2, "Completed")),)) is None


def test_a_pod_of_which_nothing_is_told_yet_has_no_ends() -> None:
    assert ends_since({"metadata": {"name": "a"}}, SINCE) is None
