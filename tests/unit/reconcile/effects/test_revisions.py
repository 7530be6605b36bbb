"""What is refused of a template, and what comes back as it was."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tidegate.decision.progress import Outcome, Phase, Progress, Rollout
from tidegate.decision.reasons import Reason
from tidegate.reconcile.effects.revisions import serves

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NEW = Progress(candidate="v1")
ROLLOUT = Progress(stable="v1", candidate="v2")


def ended(revision: str, outcome: Outcome) -> Rollout:
    return Rollout(revision=revision, outcome=outcome, reason=Reason.PROMOTED, sentence="", started_at=NOW)


@pytest.mark.parametrize(
    ("progress", "revision", "serving"),
    [
        (NEW, "v1", False),
        (ROLLOUT, "v2", False),
        (ROLLOUT, "v1", True),
        (Progress(stable="v1", candidate="v2", weighted_at=NOW), "v2", True),
        (Progress(phase=Phase.PROMOTED, stable="v2"), "v2", True),
        (replace(ROLLOUT, history=(ended("v2", Outcome.PROMOTED),)), "v2", True),
        (replace(ROLLOUT, history=(ended("v2", Outcome.ROLLED_BACK),)), "v2", False),
    ],
    ids=["first", "without weight yet", "stable", "with weight", "promoted", "served before", "rolled back before"],
)
def test_no_pods_that_serve_wait_for_a_word_in_their_template(progress: Progress, revision: str, serving: bool) -> None:
    assert serves(progress, revision) is serving
