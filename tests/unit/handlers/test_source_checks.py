"""What a source's condition says: that it answers, why not, or that nothing is known of it."""

import pytest

from tests.unit.metrics.recorded import vector
from tidegate.clients import Ask, Reply
from tidegate.handlers.source_checks import ANSWERING, NOT_ANSWERING, NOT_ASKED, State, asked, page_state, why_of
from tidegate.metrics.answer import NotAsked, Silent, Unusable
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.scrape import at
from tidegate.reconcile.sources.sources import Source

PROMETHEUS = Prometheus(address="http://here")
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


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(401, b"Unauthorized"), "HTTP 401: the source does not let us in: look at its Secret"),
        (
            Reply(200, b"<html>Sign in</html>"),
            "the answer is not Prometheus': it is a page, HTML or XML: a proxy or a sign-in may have answered",
        ),
        (Reply(200, b""), "the answer is not Prometheus': it is empty"),
        (Reply(200, vector("1")), ""),
    ],
    ids=["not let in", "a page", "nothing", "an answer"],
)
def test_what_is_wrong_with_a_prometheus_is_said_as_a_rollout_says_it(reply: Reply, problem: str) -> None:
    source = Source(where="here", translator=PROMETHEUS, seconds=5)
    ask = Ask(url="http://here/api/v1/query", seconds=5)

    assert asked(PROMETHEUS, ask, lambda _: reply, source.meaning) == problem


def test_a_page_that_fails_is_named_and_one_that_was_not_asked_is_not() -> None:
    assert why_of(PAGE, Silent("refused")) == "http://gateway:9100/metrics: refused"
    assert why_of(PAGE, NotAsked(OURS)) == OURS
