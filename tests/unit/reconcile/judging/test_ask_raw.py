"""Why raw counts are missing: whether a source was asked, and whether it answered."""

import pytest

from tidegate.clients import AskFailed, TooLarge
from tidegate.metrics.answer import NotWhole, Silent, Unusable
from tidegate.reconcile.judging.ask_raw import unanswered


@pytest.mark.parametrize(
    ("error", "found"),
    [(AskFailed("no route"), Silent("no route")), (TooLarge("more than 8 MiB"), NotWhole("more than 8 MiB"))],
    ids=["no answer", "an answer that is too large"],
)
def test_an_answer_that_is_too_large_is_one(error: AskFailed, found: Unusable) -> None:
    assert unanswered(error) == found
