"""No text on an object that we read back can raise, whatever a person made of it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.garbled import JSON_TEXTS, TEXTS
from tidegate.api.noted import count_of, instant_of, value_of


@given(TEXTS)
def test_any_text_is_an_instant_or_none(text: str) -> None:
    found = instant_of(text)

    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", "foo", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01t00:00:00z", "9999-12-31T00:00:00Z"]
)
def test_what_no_clock_of_ours_wrote_is_no_instant(text: str) -> None:
    assert instant_of(text) is None


@given(st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1)))  # noqa: DTZ001 - the zone is put on below
def test_an_instant_reads_back_as_it_was_written(instant: datetime) -> None:
    assert instant_of(instant.replace(tzinfo=UTC).isoformat()) == instant.replace(tzinfo=UTC)


@given(TEXTS)
def test_any_text_is_a_count_or_none(text: str) -> None:
    found = count_of(text)

    assert found is None or found >= 0


@pytest.mark.parametrize("text", ["", "-1", "²", "1.5", "9" * 5000])
def test_what_python_cannot_count_is_no_count(text: str) -> None:
    assert count_of(text) is None


@given(TEXTS | JSON_TEXTS)
def test_any_text_is_an_object_or_none(text: str) -> None:
    assert isinstance(value_of(text, dict), dict | None)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, "9" * 5000, '{"a": NaN}'])
def test_json_that_is_too_deep_or_too_large_is_nothing(text: str) -> None:
    assert value_of(text, dict) is None
