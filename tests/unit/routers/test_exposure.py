"""What a step shows beside the weight: as declared, taken back in one patch, and hands are noticed."""

import copy
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.routers.test_contract import COPYING, MANAGED, MATCHING, STICKING, generated, patched
from tidegate.reconcile.seen.route_trims import trimmed_route
from tidegate.routers import Exposure, Header, ManagedRoute, cookie_header

EXPOSING = {"match": (MATCHING, 0), "mirror": (COPYING, 0), "affinity": (STICKING, 20)}
every_exposure = pytest.mark.parametrize(("router", "weight"), EXPOSING.values(), ids=EXPOSING)


def plain() -> dict[str, Any]:
    return generated(MANAGED)


def raised(router: ManagedRoute, found: dict[str, Any], weight: int = 0) -> dict[str, Any]:
    return patched(found, router.weight_patch(found, weight=weight, revision="v2", raising=True))


def fallen(router: ManagedRoute, found: dict[str, Any], weight: int = 0, *, keep: bool = False) -> dict[str, Any]:
    return patched(found, router.weight_patch(found, weight=weight, revision="v2", raising=False, keep=keep))


def candidate_shares(found: dict[str, Any]) -> list[int]:
    return [rule["backendRefs"][1]["weight"] for rule in found["spec"]["rules"]]


@every_exposure
def test_a_step_is_planned_once_it_is_raised_and_not_before(router: ManagedRoute, weight: int) -> None:
    after = raised(router, plain(), weight)

    assert not router.split(plain()).planned
    found = router.split(after)
    assert (found.planned, found.weight, found.hidden, found.shown) == (True, weight, False, False)


@every_exposure
def test_a_raise_may_run_twice(router: ManagedRoute, weight: int) -> None:
    once = raised(router, plain(), weight)

    assert raised(router, once, weight) == once


@every_exposure
def test_a_fall_takes_everything_back_in_the_same_patch(router: ManagedRoute, weight: int) -> None:
    after = fallen(router, raised(router, plain(), weight))

    assert set(candidate_shares(after)) == {0}
    assert not any(
        "requestMirror" in declared for rule in after["spec"]["rules"] for declared in rule.get("filters", ())
    )
    found = router.split(after)
    assert (found.weight, found.matched, found.mirrored, found.planned) == (0, False, False, False)
    assert (found.hidden, found.shown) == (False, False)


@every_exposure
def test_a_fall_works_on_a_route_whose_rules_were_declared_anew(router: ManagedRoute, weight: int) -> None:
    found = raised(router, plain(), weight)
    declared = {**router.gateway, "rules": [{"name": "only"}]}

    after = fallen(replace(router, gateway=declared), found)

    assert set(candidate_shares(after)) == {0}


def test_what_is_kept_stays_while_the_weight_falls() -> None:
    found = raised(STICKING, plain(), 50)

    after = fallen(STICKING, found, 20, keep=True)

    assert candidate_shares(after) == [100, 100, 20, 20]
    assert STICKING.split(after).planned


def test_keeping_brings_nothing_into_effect_that_was_taken_back() -> None:
    taken_back = fallen(MATCHING, raised(MATCHING, plain()))

    assert set(candidate_shares(fallen(MATCHING, taken_back, keep=True))) == {0}


def test_a_next_step_without_a_match_leaves_no_rule_of_it() -> None:
    found = raised(MATCHING, plain())

    after = raised(MANAGED, found, 20)

    assert candidate_shares(after) == [20, 20]
    assert MANAGED.split(after).planned
    assert not MANAGED.split(after).extended


def test_another_match_at_the_same_weight_is_not_planned_yet() -> None:
    other = replace(MANAGED, exposure=Exposure(matches=((Header(name="X-Beta", value="1"),),)))

    assert not other.split(raised(MATCHING, plain())).planned


def test_all_traffic_is_not_copied_to_the_side_that_gets_it() -> None:
    found = raised(COPYING, plain(), 100)

    assert not COPYING.split(found).mirrored
    assert COPYING.split(found).planned


def test_a_route_written_whole_keeps_what_is_in_effect() -> None:
    found = generated(MATCHING)

    assert candidate_shares(found) == [100, 100, 0, 0]
    assert MATCHING.split(found).planned


def test_rules_that_are_declared_anew_keep_what_is_in_effect() -> None:
    found = raised(MATCHING, plain())

    split = replace(MATCHING, gateway={**MATCHING.gateway, "rules": [{"name": "only"}]}).split(found)

    assert (split.current, split.planned, split.matched) == (False, True, True)


def test_an_apply_takes_the_note_of_a_patch_away() -> None:
    metadata = {"name": "web", "namespace": "shop"}

    manifest = MANAGED.manifest(metadata, weight=0, revision="v2", noted=True)

    assert manifest["metadata"]["annotations"]["tidegate.dev/exposed"] == ""
    assert not MANAGED.split(manifest).extended


def test_every_declared_rule_has_one_before_it_with_both_backends() -> None:
    declared = {
        **MANAGED.gateway,
        "rules": [
            {"name": "api", "matches": [{"path": {"value": "/api"}, "headers": [{"name": "v", "value": "1"}]}]},
            {"filters": [{"type": "URLRewrite"}]},
        ],
    }
    router = replace(MATCHING, gateway=declared)

    first, second, *rest = raised(router, generated(replace(MANAGED, gateway=declared)))["spec"]["rules"]

    tester = {"type": "Exact", "name": "X-Tester", "value": "yes"}
    assert first["matches"] == [{"path": {"value": "/api"}, "headers": [{"name": "v", "value": "1"}, tester]}]
    assert second["matches"] == [{"headers": [tester]}]
    assert second["filters"] == [{"type": "URLRewrite"}]
    assert "name" not in first
    assert [rule.get("name") for rule in rest] == ["api", None]
    assert all(len(rule["backendRefs"]) == 2 for rule in (first, second, *rest))


def test_the_candidates_answers_alone_set_the_cookie_of_their_revision() -> None:
    stable, candidate = raised(STICKING, plain(), 20)["spec"]["rules"][-1]["backendRefs"]

    assert "filters" not in stable
    (added,) = candidate["filters"][0]["responseHeaderModifier"]["add"]
    assert added == {"name": "Set-Cookie", "value": "tidegate-web=v2; Path=/; Max-Age=60; HttpOnly"}


@pytest.mark.parametrize(
    ("cookies", "met"),
    [
        ("group=b.b", True),
        ("a=1; group=b.b", True),
        ("a=1;group=b.b; c=2", True),
        ("group=bxb", False),
        ("group=b.bb", False),
        ("mygroup=b.b", False),
        ("a=group=b.b", False),
    ],
)
@pytest.mark.parametrize("compare", [re.search, re.fullmatch])
def test_a_cookie_is_that_cookie_in_gateways_that_search_and_that_compare(
    cookies: str, met: bool, compare: Any
) -> None:
    header = cookie_header("group", "b.b")

    assert bool(compare(header.value, cookies)) is met


def by_hand(found: dict[str, Any], change: Any) -> dict[str, Any]:
    changed = copy.deepcopy(found)
    change(changed["spec"]["rules"])
    return changed


def take_a_lead(rules: Any) -> None:
    rules[0]["backendRefs"][0]["weight"], rules[0]["backendRefs"][1]["weight"] = 100, 0


def give_a_lead(rules: Any) -> None:
    rules[0]["backendRefs"][1]["weight"] = 100


def take_the_copies(rules: Any) -> None:
    rules[0]["filters"] = []


def copy_more(rules: Any) -> None:
    rules[0]["filters"][0]["requestMirror"]["percent"] = 90


def test_a_hand_that_takes_or_gives_is_noticed() -> None:
    matched, copied = raised(MATCHING, plain()), raised(COPYING, plain())
    taken_back = fallen(MATCHING, matched)

    assert MATCHING.split(by_hand(matched, take_a_lead)).hidden
    assert COPYING.split(by_hand(copied, take_the_copies)).hidden
    assert MATCHING.split(by_hand(taken_back, give_a_lead)).shown
    assert COPYING.split(by_hand(copied, copy_more)).shown


def test_a_rule_that_a_hand_removed_leaves_no_weight_to_obey() -> None:
    matched = raised(MATCHING, plain())

    assert MATCHING.split(by_hand(matched, lambda rules: rules.pop(0))).weight is None


def test_an_edited_note_is_no_note() -> None:
    matched = raised(MATCHING, plain())
    matched["metadata"]["annotations"]["tidegate.dev/exposed"] = "many"

    assert MATCHING.split(matched).weight is None


def test_a_match_reads_the_same_after_the_trim_of_the_store() -> None:
    for router in (MATCHING, COPYING):
        found = raised(router, plain())
        found["metadata"]["ownerReferences"] = [{"apiVersion": "tidegate.dev/v1alpha1", "kind": "Release"}]
        assert router.split(trimmed_route(copy.deepcopy(found))) == router.split(found)
