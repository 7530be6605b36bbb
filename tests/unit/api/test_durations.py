"""Durations read and write as GEP-2257 says."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.api import format_duration, parse_duration


@given(st.integers(min_value=0, max_value=99_999 * 1000).map(lambda ms: timedelta(milliseconds=ms)))
def test_what_is_written_reads_back_equal(span: timedelta) -> None:
    assert parse_duration(format_duration(span)) == span


@pytest.mark.parametrize("text", ["", "5", "-5s", "1.5h", "5 s", "5d", "123456s"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 30s"):
        parse_duration(text)
