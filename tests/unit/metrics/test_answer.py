"""What is said of a source whose answer is of no use: whether it answered at all, and how."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.unit.metrics.recorded import RECORDED, metric_data, targets, timeseries
from tidegate.metrics.answer import (
    ANSWER_LENGTH,
    NotAsked,
    Sample,
    Silent,
    Unusable,
    newest,
    not_whole,
    refused,
    sample,
    unusable,
)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (Silent("no connection to 10.0.0.1"), "the source does not answer: no connection to 10.0.0.1"),
        (
            refused(503, "busy"),
            "the source answers with HTTP 503: the source is not available: look at it, or at its proxy: busy",
        ),
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


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ("wJalrXUtnFEMIK7MDENG", "not a number: a text of 20 characters"),
        ("", "not a number: an empty text"),
        ("9", ""),
        (10**400, "not a number: one that is too large"),
        (10**5000, "not a number: one that is too large"),
    ],
    ids=["a text", "nothing", "a number", "too large", "too large to be written"],
)
def test_what_is_no_number_is_said_by_its_kind_and_length(found: str | int, why: str) -> None:
    answer = sample(found)

    assert (answer.why if isinstance(answer, Unusable) else "") == why


@pytest.mark.parametrize("made", [unusable, not_whole, partial(refused, 503)], ids=["unusable", "not whole", "refused"])
def test_a_sources_own_words_are_cut_behind_a_word_and_never_within_a_number(
    made: Callable[[str], Unusable],
) -> None:
    why = made("more than 1234567 samples, " * 20).why

    assert len(why) <= ANSWER_LENGTH
    assert why.removesuffix("…").split()[-1] in {"more", "than", "1234567", "samples,"}
    assert why.endswith("…")


@pytest.mark.parametrize(
    ("name", "body", "until"),
    [
        ("Datadog", timeseries([0.75, 0.25, None]), 1430311720 + 20),
        ("CloudWatch", metric_data([0.75, 0.25]), 1784 + 60),
        ("Graphite", targets([0.75, 0.25, None]), 1724010 + 10),
        ("Graphite", targets([0.25]), None),
        ("CloudWatch", metric_data([0.25]).replace(b"[1724.0]", b"[]"), None),
        ("CloudWatch", metric_data([0.25]).replace(b"[1724.0]", b'["2026-03-01T12:00:00Z"]'), None),
        ("CloudWatch", metric_data([0.25]).replace(b"[1724.0]", b"null"), None),
        ("Datadog", timeseries([0.25]).replace(b'"interval": 20', b'"interval": null'), 1430311700),
    ],
)
def test_a_point_tells_the_end_of_its_time_where_the_source_does(name: str, body: bytes, until: float | None) -> None:
    found = RECORDED[name].translator.parse(body)

    assert isinstance(found, Sample)
    assert (found.value, found.until) == (0.25, until)


@pytest.mark.parametrize("until", [-1.0, 0.0, 1e300, float("nan")])
def test_a_time_that_is_none_spoils_no_value(until: float) -> None:
    found = newest([(0.25, until)])

    assert found == Sample(0.25)
    assert isinstance(found, Sample)
    assert found.until is None
