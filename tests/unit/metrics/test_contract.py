"""What every metric source holds to: the same claims about each of them."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.unit.metrics.recorded import RECORDED, SECRETS, Recorded
from tidegate.metrics.answer import Answer, NoData, Sample, Unusable, refused
from tidegate.metrics.translator import Question

every_source = pytest.mark.parametrize("found", RECORDED.values(), ids=RECORDED)
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
HOSTILE = "sum(a{x=\"'1'\"}) / b\\c [x] & q=1 # $candidate_revision ü"


def question(words: str = "errors of $candidate_revision") -> Question:
    return Question(words=words, values={"candidate_revision": "v2"}, end=NOW, window=timedelta(minutes=5))


@every_source
def test_a_recorded_answer_is_its_number(found: Recorded) -> None:
    assert found.translator.parse(found.one) == Sample(0.25)


@every_source
def test_an_answer_without_a_number_is_no_data(found: Recorded) -> None:
    for body in found.nothing:
        assert isinstance(found.translator.parse(body), NoData), body


@every_source
def test_of_several_numbers_none_is_taken(found: Recorded) -> None:
    for body in found.several:
        assert isinstance(found.translator.parse(body), Unusable), body


@every_source
@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"+Inf", b"true", b"{}", b'"high"'])
def test_what_is_no_finite_number_is_never_a_number(found: Recorded, value: bytes) -> None:
    assert not isinstance(found.translator.parse(found.one.replace(b"0.25", value)), Sample)


@every_source
def test_a_text_in_place_of_a_number_is_told_of_without_a_word_of_it(found: Recorded) -> None:
    """Whoever declares a source chooses what is read, and may not be allowed to read it."""
    words = b"wJalrXUtnFEMIK7MDENG"
    quoted = b'"0.25"' in found.one or b'"' not in found.one
    answer = found.translator.parse(found.one.replace(b"0.25", words if quoted else b'"' + words + b'"'))

    assert isinstance(answer, NoData | Unusable)
    assert not any(words[at : at + 4].decode() in answer.why for at in range(len(words) - 3))


@every_source
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"null",
        b"[]",
        b"{}",
        b"0.25",
        b'"0.25"',
        b"<html><body>Sign in</body></html>",
        b"\xff\xfe",
        b"[" * 9999,
    ],
    ids=["nothing", "a line", "null", "list", "object", "number", "text", "html", "bytes", "deep"],
)
def test_what_is_of_another_shape_is_never_a_number(found: Recorded, body: bytes) -> None:
    answer = found.translator.parse(body)

    assert isinstance(answer, NoData | Unusable)
    assert answer.why


JUNK: tuple[object, ...] = (None, True, False, "x", "", [], {}, [True], {"a": None})


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where each part of a JSON value is."""
    yield at
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*at, key))


def put(value: Any, at: tuple[Any, ...], part: Any) -> Any:
    """The value with another part at a place."""
    if not at:
        return part

    changed = copy.deepcopy(value)
    inner = changed
    for key in at[:-1]:
        inner = inner[key]

    inner[at[-1]] = part
    return changed


@pytest.mark.parametrize("name", [name for name in RECORDED if name != "InfluxDB"])
def test_a_part_of_another_type_never_makes_a_number_that_was_not_said(name: str) -> None:
    """The last but one may be taken where the last point has no value, and nothing else."""
    found = RECORDED[name]
    whole = json.loads(found.one)
    for at in places(whole):
        for junk in JUNK:
            answer = found.translator.parse(json.dumps(put(whole, at, junk)).encode())

            assert not isinstance(answer, Sample) or answer.value in {0.25, 0.75}, (at, junk)


# Where a source says in its own words that it has no answer.
WORDS = {"status", "StatusCode"}
KEY = "wJalrXUtnFEMIK7MDENG"


@pytest.mark.parametrize("name", [name for name in RECORDED if name != "InfluxDB"])
def test_no_text_of_an_answer_is_repeated_but_that_in_which_a_source_says_that_it_has_none(name: str) -> None:
    found = RECORDED[name]
    whole = json.loads(found.one)
    for at in places(whole):
        answer = found.translator.parse(json.dumps(put(whole, at, KEY)).encode())

        assert isinstance(answer, Sample) or WORDS & {*at} or KEY[:4] not in answer.why, (at, answer)


@every_source
@pytest.mark.parametrize(
    "body", [b"<html><body>Sign in</body></html>\n", b"\n  <!DOCTYPE html>", b'<?xml version="1.0"?>\n<Error/>\n']
)
def test_a_page_in_place_of_an_answer_is_said_to_be_one(found: Recorded, body: bytes) -> None:
    answer = found.translator.parse(body)

    assert isinstance(answer, Unusable)
    assert "it is a page, HTML or XML: a proxy or a sign-in may have answered" in answer.why


@pytest.mark.parametrize("name", [name for name in RECORDED if name != "InfluxDB"])
def test_an_answer_without_a_byte_is_said_to_be_empty(name: str) -> None:
    answer = RECORDED[name].translator.parse(b"")

    assert isinstance(answer, Unusable)
    assert answer.why.endswith(": it is empty")


@every_source
def test_an_answer_that_is_cut_off_anywhere_is_never_a_number(found: Recorded) -> None:
    whole = found.one.rstrip()
    for end in range(len(whole)):
        assert not isinstance(found.translator.parse(whole[:end]), Sample), whole[:end]


def test_rows_that_look_whole_wherever_they_are_cut_are_asked_for_unpacked() -> None:
    rows = RECORDED["InfluxDB"].translator.request(question())

    assert rows.headers["Accept-Encoding"] == "identity"


@every_source
@given(body=some.binary(max_size=64))
def test_no_body_is_a_crash(found: Recorded, body: bytes) -> None:
    answer: object = found.translator.parse(body)

    assert isinstance(answer, Answer)
    assert isinstance(answer, Sample) or (answer.why.isprintable() and len(answer.why) <= 256)
    assert isinstance(found.translator.words(body), str)


@every_source
def test_the_source_reads_the_very_words_with_variables_filled_in(found: Recorded) -> None:
    request = found.translator.request(question(HOSTILE))

    assert found.asked(request) == HOSTILE.replace("$candidate_revision", "v2")


@every_source
def test_credentials_are_in_headers_alone(found: Recorded) -> None:
    request = found.translator.request(question())
    shown = f"{request} {request.url} {request.body!r} {found.translator}"

    assert not [secret for secret in SECRETS if secret in shown]
    assert any(SECRETS[0] in value for value in request.headers.values())


@every_source
def test_a_probe_can_be_asked(found: Recorded) -> None:
    probe = found.translator.probe

    assert not probe or found.asked(found.translator.request(question(probe))) == probe


@every_source
def test_a_refusal_is_told_in_the_words_of_the_source(found: Recorded) -> None:
    answer = refused(400, found.translator.words(found.refusal))

    assert answer.why.startswith("HTTP 400: bad request")
    assert found.says in answer.why


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (302, "elsewhere"),
        (401, "Secret"),
        (403, "may do"),
        (404, "nothing at its address"),
        (429, "too often"),
        (503, "not available"),
    ],
)
def test_a_status_says_what_to_look_at(status: int, words: str) -> None:
    assert words in refused(status, "").why


@pytest.mark.parametrize("status", [204, 418, 599, 999])
def test_any_other_status_is_named(status: int) -> None:
    assert refused(status, "").why.startswith(f"HTTP {status}")


def test_words_of_a_source_are_one_short_line() -> None:
    why = refused(500, "a\x1b[31m\nb" + "c" * 999).why

    assert why.isprintable()
    assert len(why) <= 256
