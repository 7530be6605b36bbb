"""JSON of any depth is read: what is too deep is null, and the rest is whole."""

import json

import msgspec
import pytest
from hypothesis import given

from tests.garbled import JSON_TEXTS
from tidegate.clients.answers import event_of
from tidegate.clients.nesting import read, shallow


def deep(levels: int, *, within: str = "1") -> str:
    return '{"a":[' * (levels // 2) + within + "]}" * (levels // 2)


@pytest.mark.parametrize("levels", [1_000, 5_000, 10_000])
def test_what_is_nested_too_deep_is_null_and_what_stands_beside_it_stays(levels: int) -> None:
    found = read(f'{{"before": "[[", "deep": {deep(levels)}, "after": [1]}}'.encode())

    assert (found["before"], found["after"]) == ("[[", [1])
    depth, part = 0, found["deep"]
    while part is not None:
        depth, part = depth + 1, part["a"] if isinstance(part, dict) else part[0]
    assert depth == 199


def test_a_deep_event_is_an_event_of_its_object() -> None:
    line = f'{{"type": "ADDED", "object": {{"metadata": {{"name": "web"}}, "spec": {deep(5_000)}}}}}'

    event = event_of(line.encode(), "WATCH releases")

    assert (event.type, event.object["metadata"]) == ("ADDED", {"name": "web"})


@given(JSON_TEXTS)
def test_of_what_is_not_deep_nothing_is_changed(text: str) -> None:
    assert shallow(text.encode(), 200) == text.encode()
    assert json.loads(shallow(text.encode(), 50)) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ('{"a": [1, [2], {"b": 3}], "c": [4]}', '{"a": [1, null, null], "c": [4]}'),
        ('{"a\\"[[": {"b": "}]\\\\"}}', '{"a\\"[[": {"b": "}]\\\\"}}'),
        ("[[[]], [[[[]]], 1]]", "[[null], [null, 1]]"),
    ],
    ids=["objects and lists", "brackets and quotes in text", "each for itself"],
)
def test_only_what_is_deeper_than_asked_is_cut(text: str, cut: str) -> None:
    assert shallow(text.encode(), 2) == cut.encode()


def test_what_is_no_json_stays_none() -> None:
    with pytest.raises(msgspec.DecodeError):
        read(b"[" * 5_000)
