"""What a source's condition says: that it answers, why not, or that nothing is known of it."""

import pytest

from tidegate.handlers.source_checks import ANSWERING, NOT_ANSWERING, NOT_ASKED, State, page_state, why_of
from tidegate.metrics.answer import NotAsked, Silent, Unusable
from tidegate.metrics.scrape import at

PAGE = at("http://gateway:9100/metrics")
OURS = "the operator has no file descriptor left"


@pytest.mark.parametrize(
    ("failed", "state"),
    [
        (None, ANSWERING),
        (Silent("no answer within 5 s"), State("False", NOT_ANSWERING, "no answer within 5 s")),
        (NotAsked(OURS), State("Unknown", NOT_ASKED, OURS)),
    ],
    ids=["all pages", "one that is silent", "one that could not be asked"],
)
def test_what_the_operator_cannot_ask_is_no_fault_of_a_source(failed: Unusable | None, state: State) -> None:
    assert page_state(failed) == state


def test_a_page_that_fails_is_named_and_one_that_was_not_asked_is_not() -> None:
    assert why_of(PAGE, Silent("refused")) == "http://gateway:9100/metrics: refused"
    assert why_of(PAGE, NotAsked(OURS)) == OURS
