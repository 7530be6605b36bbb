"""What a lost status comes to."""

from dataclasses import replace
from datetime import UTC, datetime

from tidegate.decision.lost_status import Kept, recollect
from tidegate.decision.progress import Asks, Progress, TakenOver

OLD = Kept(revision="v1", served=True, started="2026-01-01", rejected=False)
NEW = Kept(revision="v2", served=True, started="2026-01-02", rejected=False)


def stable(*revisions: Kept, selected: str | None = None) -> str | None:
    return recollect(Progress(), revisions, selected=selected).stable


def test_stable_is_the_revision_behind_the_stable_service() -> None:
    assert stable(OLD, NEW, selected="v2") == "v2"
    assert stable(replace(OLD, served=False), NEW, selected="v1") == "v1"


def test_without_that_service_stable_is_the_revision_that_has_served_longest() -> None:
    assert stable(NEW, OLD) == "v1"
    assert stable(NEW, OLD, selected="gone") == "v1"
    assert stable(NEW, replace(OLD, rejected=True)) == "v2"


def test_a_first_revision_that_was_never_ready_is_not_stable() -> None:
    assert stable(replace(OLD, served=False)) is None


def test_none_of_ours_serves_where_a_deployment_has_the_services_back() -> None:
    now = datetime(2026, 1, 3, tzinfo=UTC)

    assert recollect(Progress(), (OLD, NEW), selected=None, handed_over_at=now) == Progress(handed_over_at=now)


def test_a_deployment_beside_revisions_of_ours_counts_as_taken_over() -> None:
    assert recollect(Progress(), (OLD,), selected=None, deployment="web").taken_over == TakenOver(name="web")
    assert recollect(Progress(), (), selected=None, deployment="web").taken_over is None


def test_a_deployment_whose_template_is_kept_for_its_takeover_is_not_taken_over_yet() -> None:
    """Its pause may have been refused, for it was changed just then: how it was found is still to be noted."""
    kept = replace(OLD, served=False, started="")

    assert recollect(Progress(), (kept,), selected=None, deployment="web").taken_over is None
    assert recollect(Progress(), (kept, OLD), selected=None, deployment="web").taken_over is not None


def test_what_was_rejected_stays_out_and_what_was_asked_stays_handled() -> None:
    asked = Asks(promote="v2/half/1", abort="1")

    known = (OLD, replace(NEW, served=False, rejected=True))
    found = recollect(Progress(handled=asked), known, selected="v1")

    assert found == Progress(stable="v1", rejected=("v2",), handled=asked)
