"""What Dynatrace says beside its numbers."""

import json

import pytest

from tests.unit.metrics.recorded import RECORDED, selected
from tidegate.metrics.answer import NotWhole, Sample

SOURCE = RECORDED["Dynatrace"].translator
WARNING = "The dimension key `host` has been requested, but the metric has no such key."


@pytest.mark.parametrize("where", ["the answer", "its metric"])
def test_an_answer_with_a_warning_is_not_whole(where: str) -> None:
    answer = json.loads(selected([0.25]))
    (answer if where == "the answer" else answer["result"][0])["warnings"] = [WARNING]

    found = SOURCE.parse(json.dumps(answer).encode())

    assert isinstance(found, NotWhole)
    assert WARNING in found.why


@pytest.mark.parametrize("nothing", [[], None])
def test_no_warning_is_none(nothing: list[str] | None) -> None:
    answer = {**json.loads(selected([0.25])), "warnings": nothing}

    assert SOURCE.parse(json.dumps(answer).encode()) == Sample(0.25)
