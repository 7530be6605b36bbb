"""What may end in a fall of a weight comes before all that cannot, and what most likely does first."""

from typing import Any

import pytest

from tests.unit.reconcile.stores import made
from tidegate.api import Ask
from tidegate.api.names import LABEL_REVISION
from tidegate.reconcile.lanes import changes_under_traffic, lane_of, loses_a_pod
from tidegate.reconcile.seen.asks import NONCE_LENGTH
from tidegate.watch import Lane, Object

STEPPED = {
    "phase": "Progressing",
    "observedGeneration": 2,
    "stable": {"revision": "v1"},
    "candidate": {"revision": "v2"},
    "step": {"index": 0, "desiredWeight": 20},
}
WATCHED = {**STEPPED, "step": {"index": 0}, "rollout": {"weightedAt": "2026-01-01T00:00:00Z"}}
PREPARED = {**STEPPED, "step": {"index": 0}, "rollout": {}}
FIRST = {name: STEPPED[name] for name in ("phase", "observedGeneration", "candidate", "step")}
LONG = "x" * (NONCE_LENGTH + 1)
SERVED = {"phase": "Promoted", "observedGeneration": 2, "stable": {"revision": "v1"}}


def stored(status: Object, generation: int = 2, abort: str = "") -> Object:
    annotations = {Ask.ABORT.annotation: abort} if abort else {}
    return {**made("web", generation=generation, annotations=annotations), "status": status}


@pytest.mark.parametrize(
    ("found", "lane"),
    [
        (stored(STEPPED, abort="1"), Lane.ROLLBACK),
        (stored({**STEPPED, "handled": {"abort": "1"}}, abort="1"), Lane.EXPOSED),
        (stored({**STEPPED, "handled": {"abort": LONG[:NONCE_LENGTH]}}, abort=LONG), Lane.EXPOSED),
        (stored({**STEPPED, "phase": "RollingBack"}), Lane.ROLLBACK),
        (stored(STEPPED), Lane.EXPOSED),
        (stored(WATCHED), Lane.EXPOSED),
        (stored(PREPARED), Lane.MOVING),
        (stored(FIRST), Lane.MOVING),
        (stored(SERVED, generation=3), Lane.MOVING),
        (stored(SERVED), Lane.REST),
        (stored({}), Lane.MOVING),
    ],
    ids=[
        "an abort",
        "an abort that was handled",
        "one of a long word, as it is echoed",
        "a rollback under way",
        "an intent to raise",
        "a candidate that had requests",
        "a candidate without any",
        "a first deployment",
        "a new declaration",
        "at rest",
        "new",
    ],
)
def test_a_release_is_as_urgent_as_what_a_look_at_it_may_take_away(found: Object, lane: Lane) -> None:
    assert lane_of(found) is lane


def pod(revision: str = "v2", *, ready: str = "True", **metadata: Any) -> Object:
    found = made("web-1", labels={LABEL_REVISION: revision}, **metadata)
    return {**found, "status": {"conditions": [{"type": "Ready", "status": ready}]}}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (pod(), pod(ready="False")),
        (pod(), pod(deletionTimestamp="2026-01-01T00:00:00Z")),
        (pod(), None),
    ],
    ids=["not ready", "going", "gone"],
)
def test_a_pod_that_a_candidate_with_requests_loses_is_urgent(old: Object, new: Object | None) -> None:
    assert loses_a_pod(stored(STEPPED), old, new)
    assert not loses_a_pod(stored(PREPARED), old, new), "it gets no requests"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (pod(ready="False"), pod()),
        (None, pod()),
        (pod(), pod()),
        (pod(ready="False"), None),
        (pod("v1"), pod("v1", ready="False")),
    ],
    ids=["ready", "new", "as it was", "gone that was not ready", "of stable"],
)
def test_what_takes_no_pod_from_the_candidate_is_not(old: Object | None, new: Object | None) -> None:
    assert not loses_a_pod(stored(STEPPED), old, new)


def test_a_new_declaration_is_urgent_while_requests_reach_a_candidate() -> None:
    assert changes_under_traffic(stored(STEPPED), stored(STEPPED, generation=3))
    assert not changes_under_traffic(stored(STEPPED), stored(WATCHED))
    assert not changes_under_traffic(stored(SERVED), stored(SERVED, generation=3))
    assert not changes_under_traffic(None, stored(STEPPED))
