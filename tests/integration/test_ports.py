"""The pods' port belongs to their revision: stable keeps its own, and pods without the port get no request."""

from typing import Any

from tests.cluster.api import RELEASES, SERVICES, Api, Object, Resource
from tests.cluster.operator import Operator
from tests.integration.manifests import (
    condition,
    message_has,
    phase_is,
    promoted_after,
    reason_is,
    release,
    template,
)
from tests.integration.steps import change, deploy, eventually_told, weights
from tests.integration.test_lost_status import lose

SLICES = Resource("discovery.k8s.io/v1", "endpointslices")
H2C = "kubernetes.io/h2c"
NAMED = {"port": 80, "targetPort": "http"}
PAUSED = [{"name": "some", "weight": 20, "pause": "UntilPromoted"}]


def named(version: str, port: str) -> Object:
    """A template whose container names its port."""
    found = template(version)
    found["spec"]["containers"][0]["ports"][0]["name"] = port
    return found


def condition_is(kind: str, status: str) -> Any:
    return lambda found: condition(found, kind) == status


def reached(api: Api, namespace: str, name: str) -> bool:
    """True while a Service's endpoints have the port that it leads to."""
    slices = api.all(SLICES, namespace, f"kubernetes.io/service-name={name}")
    return any(found.get("ports") and found.get("endpoints") for found in slices)


def half_reverted(api: Api, namespace: str) -> str:
    """A rollout to pods with another port, of which the template alone is taken back."""
    first = deploy(api, namespace, steps=PAUSED)
    declare(api, namespace, template=template("2"), service={"targetPort": 9090})
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    declare(api, namespace, template=template("1"))
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    return first


def leads_to(port: int) -> Any:
    return lambda found: found["spec"]["ports"][0]["targetPort"] == port


def declare(api: Api, namespace: str, **changes: Any) -> None:
    api.merge(RELEASES, namespace, "web", {"spec": changes})


def target_port(api: Api, namespace: str, name: str) -> object:
    return api.get(SERVICES, namespace, name)["spec"]["ports"][0]["targetPort"]


def spoken(api: Api, namespace: str, name: str) -> object:
    return api.get(SERVICES, namespace, name)["spec"]["ports"][0].get("appProtocol")


def test_a_port_that_changes_with_the_template_is_the_candidates_alone_until_it_is_stable(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deploy(api, namespace, steps=PAUSED)

    declare(api, namespace, template=template("2"), service={"targetPort": 9090})
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    assert [target_port(api, namespace, f"web-{role}") for role in ("stable", "candidate")] == [8080, 9090]
    assert target_port(api, namespace, "web") == 8080

    revision = api.get(RELEASES, namespace, "web")["status"]["candidate"]["revision"]
    api.ask(namespace, "web", promote=f"{revision}/some/1")
    api.until(RELEASES, namespace, "web", promoted_after(first))
    assert [target_port(api, namespace, name) for name in ("web", "web-stable")] == [9090, 9090]


def test_what_pods_speak_changes_with_the_template_and_goes_back_with_it(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deploy(api, namespace, steps=PAUSED)
    declare(api, namespace, template=template("2"), service={"appProtocol": H2C})
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    assert [spoken(api, namespace, name) for name in ("web", "web-stable", "web-candidate")] == [None, None, H2C]

    api.ask(namespace, "web", **{"promote-full": "1"})
    api.until(RELEASES, namespace, "web", promoted_after(first))
    assert [spoken(api, namespace, name) for name in ("web", "web-stable")] == [H2C, H2C]

    declare(api, namespace, service={"appProtocol": None})
    api.until(SERVICES, namespace, "web-stable", lambda found: "appProtocol" not in found["spec"]["ports"][0])


def test_a_rollback_leaves_stable_its_port(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, steps=PAUSED)
    declare(api, namespace, template=template("2"), service={"targetPort": 9090})
    api.until(RELEASES, namespace, "web", phase_is("Paused"))

    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert target_port(api, namespace, "web-stable") == 8080
    assert weights(api, namespace) == [100, 0]


def test_pods_without_the_named_port_get_no_weight_and_the_field_is_told(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deploy(api, namespace, template=named("1", "http"), service={"port": 80, "targetPort": "http"})

    declare(api, namespace, template=named("2", "web"))
    where = "spec.service.targetPort: no container of revision"
    found = api.until(RELEASES, namespace, "web", message_has(where))

    assert (found["status"]["reason"], weights(api, namespace)) == ("InvalidSpec", [100, 0])
    assert found["status"]["stable"]["revision"] == first
    declare(api, namespace, service={"targetPort": "web"})
    api.until(RELEASES, namespace, "web", promoted_after(first))


def test_a_first_revision_without_the_named_port_is_not_called_served(
    api: Api, namespace: str, operator: Operator
) -> None:
    api.create(RELEASES, release(namespace, service={"port": 80, "targetPort": "nope"}))

    found = api.until(RELEASES, namespace, "web", reason_is("InvalidSpec"))
    assert "a port named nope" in found["status"]["message"]
    declare(api, namespace, service={"targetPort": 8080})
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_mistyped_port_at_rest_leaves_the_one_that_works_and_is_told(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deploy(api, namespace, template=named("1", "http"), service=NAMED)

    declare(api, namespace, service={"targetPort": "htpp"})
    found = api.until(RELEASES, namespace, "web", reason_is("InvalidSpec"))

    assert f"no container of revision {first} has a port named htpp" in found["status"]["message"]
    assert condition(found, "Ready") == "False"
    assert all(target_port(api, namespace, name) == "http" for name in ("web", "web-stable", "web-candidate"))
    assert reached(api, namespace, "web-stable")
    declare(api, namespace, service={"targetPort": "http"})
    api.until(RELEASES, namespace, "web", condition_is("Ready", "True"))


def test_a_mistyped_port_in_mid_rollout_leaves_the_candidate_what_serves_its_share(
    api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace, steps=PAUSED, template=named("1", "http"), service=NAMED)
    declare(api, namespace, template=named("2", "http"))
    api.until(RELEASES, namespace, "web", phase_is("Paused"))

    declare(api, namespace, service={"targetPort": "htpp"})
    api.until(RELEASES, namespace, "web", reason_is("InvalidSpec"))

    assert (target_port(api, namespace, "web-candidate"), weights(api, namespace)) == ("http", [80, 20])
    assert reached(api, namespace, "web-candidate")
    api.ask(namespace, "web", abort="1")
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))


def test_a_template_that_is_taken_back_alone_keeps_its_port_over_a_restart_until_the_port_is_edited_again(
    api: Api, namespace: str, operator: Operator
) -> None:
    half_reverted(api, namespace)
    assert target_port(api, namespace, "web-stable") == 8080
    eventually_told(api, namespace, "PortKept", "9090 came with revision")

    operator.stop()
    operator.start()
    api.merge(RELEASES, namespace, "web", {"spec": {"minReadySeconds": 1}})
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert (target_port(api, namespace, "web-stable"), condition(found, "Ready")) == (8080, "True")

    declare(api, namespace, service={"targetPort": 8080})
    found = api.until(RELEASES, namespace, "web", lambda found: "targetPort" not in found["status"])
    declare(api, namespace, service={"targetPort": 9090})
    api.until(SERVICES, namespace, "web-stable", leads_to(9090))


def test_a_status_that_is_lost_with_a_template_taken_back_alone_leaves_stable_its_port(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = half_reverted(api, namespace)

    operator.stop()
    lose(api, namespace)
    operator.start()
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    assert found["status"]["stable"]["revision"] == first
    assert target_port(api, namespace, "web-stable") == 8080


def test_a_port_that_is_edited_alone_applies_at_once_and_in_a_rollout_to_its_candidate(
    api: Api, namespace: str, operator: Operator
) -> None:
    deploy(api, namespace, steps=PAUSED)
    declare(api, namespace, service={"targetPort": 9090})
    api.until(SERVICES, namespace, "web-stable", leads_to(9090))

    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    declare(api, namespace, service={"targetPort": 7070})
    api.until(SERVICES, namespace, "web-candidate", leads_to(7070))
    declare(api, namespace, service={"targetPort": 9090})
    api.until(SERVICES, namespace, "web-candidate", leads_to(9090))

    assert target_port(api, namespace, "web-stable") == 9090
