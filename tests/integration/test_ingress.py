"""A user's Ingress: a canary stands beside it while a rollout runs, and nobody touches the user's own."""

from collections.abc import Callable

from tests.cluster.api import INGRESSES, RELEASES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.manifests import judged, phase_is, reason_is
from tests.integration.steps import change, from_before
from tests.integration.users_routes import attached, deployed, users_ingress

CANARY = "nginx.ingress.kubernetes.io/canary"
TRAFFIC = {"ingress": {"name": "front"}}
LONG = [{"name": "first", "weight": 20, "dwell": "60s"}]


def weight(found: Object) -> int:
    return int(found["metadata"]["annotations"][f"{CANARY}-weight"])


def weighs(share: int) -> Callable[[Object], bool]:
    return lambda found: weight(found) == share


def test_a_canary_stands_beside_a_users_ingress_only_while_a_rollout_runs(
    api: Api, namespace: str, operator: Operator
) -> None:
    deployed(api, namespace, (INGRESSES, users_ingress(namespace)), traffic=TRAFFIC)
    before = api.get(INGRESSES, namespace, "front")
    assert api.find(INGRESSES, namespace, "web-candidate") is None

    seen: list[int] = []
    # The user's own is the first that is seen.
    for found in from_before(api.changes(INGRESSES, namespace, 30), lambda: change(api, namespace, "2")):
        if found["metadata"]["name"] == "web-candidate":
            seen += [weight(found)] if seen[-1:] != [weight(found)] else []
        if len(seen) > 1 and seen[-1] == 0:
            break

    assert seen == [20, 50, 100, 0]
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.gone(INGRESSES, namespace, "web-candidate")
    assert api.get(INGRESSES, namespace, "front") == before


def test_a_breach_takes_the_canary_away(api: Api, namespace: str, operator: Operator, metrics: MetricServer) -> None:
    deployed(api, namespace, (INGRESSES, users_ingress(namespace)), traffic=TRAFFIC, **judged(steps=LONG))
    metrics.says = Answer(value=0.1)
    change(api, namespace, "2")
    api.until(INGRESSES, namespace, "web-candidate", weighs(20))

    breached_until_gone(api, namespace, metrics)


def test_a_breach_takes_the_canary_away_also_where_the_users_ingress_was_led_elsewhere(
    api: Api, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    deployed(api, namespace, (INGRESSES, users_ingress(namespace)), traffic=TRAFFIC, **judged(steps=LONG))
    metrics.says = Answer(value=0.1)
    change(api, namespace, "2")
    api.until(INGRESSES, namespace, "web-candidate", weighs(20))
    api.apply(INGRESSES, users_ingress(namespace, backend="assets"))
    api.until(RELEASES, namespace, "web", reason_is("RouteMissing"))
    assert weight(api.get(INGRESSES, namespace, "web-candidate")) == 20

    breached_until_gone(api, namespace, metrics)


def breached_until_gone(api: Api, namespace: str, metrics: MetricServer) -> None:
    """A breach: the canary loses its weight, and is gone a moment after that."""

    def breach() -> None:
        metrics.says = Answer(value=0.9)

    states = from_before(api.follow(INGRESSES, namespace, "web-candidate", 30), breach)
    assert any(weight(found) == 0 for found in states)
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    api.gone(INGRESSES, namespace, "web-candidate")


def test_an_edit_of_the_users_ingress_follows_at_the_live_weight(api: Api, namespace: str, operator: Operator) -> None:
    deployed(api, namespace, (INGRESSES, users_ingress(namespace)), traffic=TRAFFIC, steps=LONG)
    change(api, namespace, "2")
    api.until(INGRESSES, namespace, "web-candidate", weighs(20))

    api.apply(INGRESSES, users_ingress(namespace, "/", "/new"))

    found = api.until(
        INGRESSES,
        namespace,
        "web-candidate",
        lambda found: len(found["spec"]["rules"][0]["http"]["paths"]) == 2,
    )
    assert weight(found) == 20
    services = {path["backend"]["service"]["name"] for path in found["spec"]["rules"][0]["http"]["paths"]}
    assert services == {"web-candidate"}


def test_a_canary_of_an_older_version_is_put_right_at_the_live_weight(
    api: Api, namespace: str, operator: Operator
) -> None:
    deployed(api, namespace, (INGRESSES, users_ingress(namespace)), traffic=TRAFFIC, steps=LONG)
    change(api, namespace, "2")
    api.until(INGRESSES, namespace, "web-candidate", weighs(20))
    behavior = "nginx.ingress.kubernetes.io/affinity-canary-behavior"
    before = api.until(RELEASES, namespace, "web", lambda found: "settledAt" in found["status"].get("step", {}))

    def forget() -> None:
        api.merge(INGRESSES, namespace, "web-candidate", {"metadata": {"annotations": {behavior: None}}})

    states = from_before(api.follow(INGRESSES, namespace, "web-candidate", 30), forget)
    bare = next(found for found in states if behavior not in found["metadata"]["annotations"])
    mended = next(found for found in states if behavior in found["metadata"]["annotations"])

    assert mended["metadata"]["annotations"][behavior] == "legacy"
    assert (weight(bare), weight(mended)) == (20, 20)
    after = api.get(RELEASES, namespace, "web")["status"]
    assert (after["phase"], after["step"]) == (before["status"]["phase"], before["status"]["step"])


def test_a_canary_that_someone_deletes_comes_back(api: Api, namespace: str, operator: Operator) -> None:
    deployed(api, namespace, (INGRESSES, users_ingress(namespace)), traffic=TRAFFIC, steps=LONG)
    change(api, namespace, "2")
    first = api.until(INGRESSES, namespace, "web-candidate", weighs(20))

    api.delete(INGRESSES, namespace, "web-candidate")

    uid = first["metadata"]["uid"]
    api.until(
        INGRESSES,
        namespace,
        "web-candidate",
        lambda found: found["metadata"]["uid"] != uid and weight(found) == 20,
    )


def test_a_weight_that_someone_lowers_is_obeyed(api: Api, namespace: str, operator: Operator) -> None:
    deployed(api, namespace, (INGRESSES, users_ingress(namespace)), traffic=TRAFFIC, steps=LONG)
    change(api, namespace, "2")
    api.until(INGRESSES, namespace, "web-candidate", weighs(20))

    api.merge(INGRESSES, namespace, "web-candidate", {"metadata": {"annotations": {f"{CANARY}-weight": "1"}}})

    api.until(RELEASES, namespace, "web", lambda found: found["status"]["reason"] == "LoweredByHand")
    assert weight(api.get(INGRESSES, namespace, "web-candidate")) == 1


def test_someone_elses_ingress_of_that_name_is_left_alone(api: Api, namespace: str, operator: Operator) -> None:
    foreign = users_ingress(namespace)
    foreign["metadata"]["name"] = "web-candidate"
    api.apply(INGRESSES, foreign)
    before = api.get(INGRESSES, namespace, "web-candidate")
    api.apply(INGRESSES, users_ingress(namespace))

    api.create(RELEASES, attached(namespace, traffic=TRAFFIC))

    found = api.until(RELEASES, namespace, "web", lambda found: found.get("status", {}).get("reason") == "NameTaken")
    assert "Ingress web-candidate exists" in found["status"]["message"]
    assert api.get(INGRESSES, namespace, "web-candidate") == before


def test_a_missing_ingress_and_one_that_leads_elsewhere_are_said(api: Api, namespace: str, operator: Operator) -> None:
    api.create(RELEASES, attached(namespace, traffic=TRAFFIC))
    found = api.until(RELEASES, namespace, "web", lambda found: found.get("status", {}).get("reason") == "RouteMissing")
    assert "Ingress front is missing" in found["status"]["message"]
    api.apply(INGRESSES, users_ingress(namespace, backend="assets"))
    api.until(
        RELEASES, namespace, "web", lambda found: "no path leads to Service web-stable" in found["status"]["message"]
    )

    api.apply(INGRESSES, users_ingress(namespace))

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
