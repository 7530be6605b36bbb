"""Notes on users' objects that a person garbled count as lost: no router raises for them."""

import copy
from typing import Any

import pytest
from hypothesis import given

from tests.garbled import JSON_TEXTS, TEXTS
from tests.unit.routers.test_contract import BACKENDS, MANAGED, attached, users
from tests.unit.routers.test_subsets import LABELS, destination_rule
from tidegate.api.names import ANNOTATION_EXPOSED, ANNOTATION_FOUND, ANNOTATION_SUBSETS, ANNOTATION_WEIGHT
from tidegate.routers import held_route, held_rules, holders, point_patch, restore_subsets_patch, subsets


def noted(found: dict[str, Any], **notes: str) -> dict[str, Any]:
    whole = copy.deepcopy(found)
    whole["metadata"]["annotations"] = notes
    return whole


@given(weight=TEXTS, before=JSON_TEXTS, exposed=TEXTS)
def test_no_note_on_a_route_stops_its_weights_or_their_return(weight: str, before: str, exposed: str) -> None:
    notes = {f"{ANNOTATION_WEIGHT}.web": weight, f"{ANNOTATION_FOUND}.web": before, ANNOTATION_EXPOSED: exposed}
    found, router = noted(users("HTTPRoute"), **notes), attached("HTTPRoute")

    for one in (router, held_route("HTTPRoute", found, BACKENDS, "web")):
        one.split(found)
        one.restore_patch(found)
        one.unknown_before(found)
        one.weight_patch(found, weight=5, revision="v2", raising=True)

    assert "web" in holders(found)
    assert isinstance(held_rules(found, "web"), frozenset)
    MANAGED.split(noted(users("HTTPRoute"), **{ANNOTATION_WEIGHT: weight, ANNOTATION_EXPOSED: exposed}))


@pytest.mark.parametrize("text", ["v2/²", "v2/" + "9" * 5000, "v2/-1", "/5"])
def test_a_weight_that_python_cannot_read_was_never_written(text: str) -> None:
    found = noted(users("HTTPRoute"), **{f"{ANNOTATION_WEIGHT}.web": text})

    assert attached("HTTPRoute").split(found).written is None


@pytest.mark.parametrize(
    "text",
    [
        '{"rules": 5}',
        '{"rules": [{"name": 5}]}',
        '{"rules": [{"name": "a", "digest": "", "weights": [1]}]}',
        "[" * 9999,
    ],
)
def test_a_garbled_note_of_a_routes_rules_is_a_lost_one(text: str) -> None:
    assert held_rules(noted(users("HTTPRoute"), **{f"{ANNOTATION_FOUND}.web": text}), "web") == frozenset()


@given(written=TEXTS, before=JSON_TEXTS)
def test_no_note_on_a_destination_rule_stops_its_subsets(written: str, before: str) -> None:
    found = noted(destination_rule(), **{ANNOTATION_SUBSETS: written, ANNOTATION_FOUND: before})

    subsets("web", found)
    point_patch(found, "stable", LABELS)
    for change in restore_subsets_patch(found):
        assert change["op"] != "add" or all(isinstance(value, str) for value in change["value"].values())
