"""A canary beside a user's Ingress: the same hosts and paths, and none that lead elsewhere."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.routers.test_contract import INGRESS, backends_of, canary, patched, users_ingress

CANARY = "nginx.ingress.kubernetes.io/canary"
AFFINITY = "nginx.ingress.kubernetes.io/affinity-canary-behavior"


def edited(**spec: Any) -> dict[str, Any]:
    found = users_ingress()
    return {**found, "spec": {**found["spec"], **spec}}


def test_it_has_the_hosts_and_paths_that_lead_to_stable_and_no_others() -> None:
    spec = canary()["spec"]

    [rule] = spec["rules"]
    [path] = rule["http"]["paths"]
    assert (rule["host"], path["path"], path["pathType"]) == ("shop.example", "/", "Prefix")
    assert path["backend"] == {"service": {"name": "web-candidate", "port": {"number": 80}}}
    assert spec["tls"] == users_ingress()["spec"]["tls"]


def test_it_is_a_canary_of_the_same_class() -> None:
    annotations = canary(weight=20)["metadata"]["annotations"]

    assert annotations[CANARY] == "true"
    assert annotations[f"{CANARY}-weight"] == "20"
    assert annotations["kubernetes.io/ingress.class"] == "nginx"


def sticky(weight: int) -> dict[str, Any]:
    """A canary as the version before wrote it: it inherits the cookie of the user's Ingress."""
    found = canary(weight=weight)
    del found["metadata"]["annotations"][AFFINITY]
    return found


def test_its_weight_decides_also_where_the_users_ingress_keeps_users_by_a_cookie() -> None:
    users = users_ingress()
    users["metadata"]["annotations"] |= {"nginx.ingress.kubernetes.io/affinity": "cookie"}
    router = replace(INGRESS, users=users)

    annotations = router.manifest({"name": "web-candidate"}, weight=20, revision="v2")["metadata"]["annotations"]

    assert annotations[AFFINITY] == "legacy"
    assert "nginx.ingress.kubernetes.io/affinity" not in annotations


@pytest.mark.parametrize("weight", [0, 50])
def test_every_weight_that_is_written_takes_stickiness_away(weight: int) -> None:
    found = sticky(weight=20)

    after = patched(found, INGRESS.weight_patch(found, weight=weight, revision="v2", raising=weight > 0))

    split = INGRESS.split(after)
    assert after["metadata"]["annotations"][AFFINITY] == "legacy"
    assert (split.weight, split.current) == (weight, True)


def test_one_that_keeps_users_is_written_anew_at_its_weight() -> None:
    split = INGRESS.split(sticky(weight=20))

    assert (split.weight, split.written, split.current) == (20, ("v1", 20), False)


def test_a_default_backend_is_a_backend() -> None:
    users = edited(rules=[], defaultBackend={"service": {"name": "web-stable", "port": {"name": "http"}}})

    manifest = replace(INGRESS, users=users).manifest({"name": "web-candidate"}, weight=0, revision="v2")

    assert manifest["spec"]["defaultBackend"] == {"service": {"name": "web-candidate", "port": {"name": "http"}}}
    assert "rules" not in manifest["spec"]


def test_an_edit_of_the_users_ingress_makes_it_one_to_write_anew_at_its_weight() -> None:
    router = replace(INGRESS, users=edited(tls=[]))

    split = router.split(canary(weight=20))

    assert (split.weight, split.current) == (20, False)
    assert INGRESS.split(canary(weight=20)).current


def test_a_path_that_someone_led_elsewhere_makes_it_one_to_write_anew() -> None:
    found = canary(weight=20)
    for backend in backends_of(found["spec"]):
        backend["name"] = "other"

    assert not INGRESS.split(found).current


@pytest.mark.parametrize("value", ["false", ""], ids=["false", "empty"])
def test_one_that_is_no_canary_any_more_is_written_anew(value: str) -> None:
    found = canary(weight=20)
    found["metadata"]["annotations"] |= {CANARY: value}

    split = INGRESS.split(found)

    assert (split.weight, split.current) == (0, False)


@pytest.mark.parametrize("weight", ["", "a few"])
def test_a_weight_that_is_no_number_is_none(weight: str) -> None:
    found = canary()
    found["metadata"]["annotations"][f"{CANARY}-weight"] = weight

    assert INGRESS.split(found).weight == 0


def test_no_canary_is_no_weight_and_nothing_to_give_back() -> None:
    split = INGRESS.absent()

    assert (split.weight, split.touched, split.sentence) == (0, False, "")


def test_it_says_what_the_users_ingress_lacks() -> None:
    elsewhere = copy.deepcopy(users_ingress())
    elsewhere["spec"]["rules"].pop(0)

    lost = replace(INGRESS, users=None).absent().sentence
    assert lost == "Ingress front is missing: create it, with a path that leads to Service web-stable"
    assert "no path leads to Service web-stable" in replace(INGRESS, users=elsewhere).absent().sentence
