"""What is kept beside a size: a process that begins knows nothing else of the last one."""

from tidegate.decision.actions import Scale
from tidegate.reconcile.effects.nodes import notes_of
from tidegate.reconcile.seen.trims import trimmed_daemon_set, trimmed_replica_set


def test_how_a_rollout_ended_is_kept_on_what_makes_its_pods_and_read_again() -> None:
    notes = notes_of(
        Scale(revision="v2", replicas=0, rejected=True, ending="Aborted/2026-01-01T00:00:00+00:00/aborted")
    )
    found = {"metadata": {"name": "web-v2", "annotations": {**notes, "other": "x"}}, "spec": {}}

    assert trimmed_replica_set(found)["metadata"]["annotations"] == notes
    assert notes.items() <= trimmed_daemon_set(found)["metadata"]["annotations"].items()


def test_a_size_alone_keeps_nothing() -> None:
    assert notes_of(Scale(revision="v2", replicas=3)) == {}
