"""What is said of a source whose answer is of no use: whether it answered at all, and how."""

import pytest

from tidegate.metrics.answer import NotAsked, Silent, Unusable, not_whole, refused


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (Silent("no connection to 10.0.0.1"), "the source does not answer: no connection to 10.0.0.1"),
        (refused(503, "busy"), "the source answers with HTTP 503: the source is not available: busy"),
        (
            Unusable("many samples were asked for, and a vector returned"),
            "the source has no usable answer: many samples were asked for, and a vector returned",
        ),
        (not_whole("timed out"), "the source has no usable answer: the answer is not whole: timed out"),
        (NotAsked("Secret shop/token is missing"), "Secret shop/token is missing"),
    ],
    ids=["silent", "refused", "of another shape", "cut off", "not asked"],
)
def test_only_a_source_without_an_answer_is_said_not_to_answer(found: Unusable, sentence: str) -> None:
    assert found.of("the source") == sentence
