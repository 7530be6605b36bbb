"""One pod a node: the candidate's share is its share of the nodes."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import yaml

from tests.cluster.api import CONFIG_MAPS, DAEMON_SETS, NODES, PODS, RELEASES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.cluster.simulated_nodes import node
from tests.integration.conftest import Setup
from tests.integration.manifests import condition, judged, phase_is, reason_is, stable_of, template
from tests.integration.steps import deploy
from tests.integration.tracked_config import config_map

EACH_NODE = {"nodeRatio": {"atOnce": 2}, "settle": "0s", "drain": "0s"}
HELD = [{"name": "quarter", "weight": 25, "pause": "UntilPromoted"}]


def agents(namespace: str, version: str = "1") -> Object:
    """A template for the nodes of one pool, on which nothing else runs."""
    found = template(version)
    toleration = {"key": "pool", "operator": "Equal", "value": namespace, "effect": "NoSchedule"}
    found["spec"] |= {"nodeSelector": {"pool": namespace}, "tolerations": [toleration]}
    return found


def pool(setup: Setup, namespace: str, count: int, labels: Sequence[Mapping[str, str]] = ()) -> None:
    """So many nodes that take the pods of one namespace only; the first ones with more labels, or other ones."""
    nodes: list[Any] = [node(f"{namespace}-{place}", 100) for place in range(count)]
    for place, found in enumerate(nodes):
        found["metadata"]["labels"] |= {"pool": namespace, **(labels[place] if place < len(labels) else {})}
        found["spec"] = {"taints": [{"key": "pool", "value": namespace, "effect": "NoSchedule"}]}

    setup.plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(nodes))


def change(api: Api, namespace: str, version: str) -> None:
    api.merge(RELEASES, namespace, "web", {"spec": {"template": agents(namespace, version)}})


def deploy_agents(api: Api, namespace: str, count: int, **changes: object) -> str:
    """Deploy a first version and return its revision, once it runs on all nodes: the last may join after Promoted."""
    first = deploy(api, namespace, **({"template": agents(namespace), "traffic": EACH_NODE} | changes))
    api.until(DAEMON_SETS, namespace, f"web-{first}", lambda found: found["status"]["numberReady"] == count)
    return first


def placed(api: Api, namespace: str) -> dict[str, str]:
    """The revision of the ready pod on each node."""
    return {
        found["spec"]["nodeName"]: found["metadata"]["labels"]["tidegate.dev/revision"]
        for found in api.all(PODS, namespace)
        if found["spec"].get("nodeName") and not found["metadata"].get("deletionTimestamp")
    }


def counted(api: Api, namespace: str, revision: str) -> int:
    return list(placed(api, namespace).values()).count(revision)


def identities(api: Api, namespace: str) -> set[str]:
    """The pods that are not about to end."""
    return {pod["metadata"]["uid"] for pod in api.all(PODS, namespace) if "deletionTimestamp" not in pod["metadata"]}


def test_the_candidate_has_its_share_of_nodes_and_then_all(
    api: Api, setup: Setup, namespace: str, operator: Operator
) -> None:
    pool(setup, namespace, 4)
    first = deploy_agents(api, namespace, 4, steps=HELD)
    assert counted(api, namespace, first) == 4
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    second = found["status"]["candidate"]["revision"]
    assert (counted(api, namespace, first), counted(api, namespace, second)) == (3, 1)
    before = identities(api, namespace)

    api.ask(namespace, "web", promote=f"{second}/quarter/1")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    assert counted(api, namespace, second) == 4
    # The pod that was the candidate's first is stable's now: a change of role restarts nothing.
    assert len(identities(api, namespace) & before) == 1
    pool(setup, namespace, 5)
    api.until(DAEMON_SETS, namespace, f"web-{second}", lambda found: found["status"]["numberReady"] == 5)
    assert counted(api, namespace, first) == 0


def test_all_nodes_go_back_at_a_breach(
    api: Api, setup: Setup, namespace: str, operator: Operator, metrics: MetricServer
) -> None:
    pool(setup, namespace, 4)
    metrics.says = Answer(value=0.0)
    plan = judged(template=agents(namespace), traffic=EACH_NODE, steps=HELD)
    first = deploy_agents(api, namespace, 4, **plan)
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Paused"))

    metrics.says = Answer(value=0.9)
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert found["status"]["reason"] == "ObjectiveBreached"
    api.until(DAEMON_SETS, namespace, f"web-{first}", lambda found: found["status"]["numberReady"] == 4)
    assert counted(api, namespace, first) == 4


def test_an_image_that_no_node_can_pull_goes_back_and_stables_template_is_the_way_to_ready(
    api: Api, setup: Setup, namespace: str, operator: Operator
) -> None:
    """The pod is bound to no node, so that nobody plays its kubelet but the test."""
    pool(setup, namespace, 4)
    first = deploy_agents(api, namespace, 4, steps=HELD)
    bad = agents(namespace, "2")
    bad["spec"]["schedulerName"] = "none"
    bad["spec"]["containers"][0]["image"] = "tidegate.local/shop:missing"
    api.merge(RELEASES, namespace, "web", {"spec": {"template": bad}})
    pod = next(found for found in api.changes(PODS, namespace, 30) if found["spec"]["schedulerName"] == "none")
    candidate = pod["metadata"]["labels"]["tidegate.dev/revision"]

    api.merge(PODS, namespace, f"{pod['metadata']['name']}/status", {"status": cannot_pull(bad)})
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert found["status"]["reason"] == "CannotStart"
    assert "ImagePullBackOff" in found["status"]["message"]
    assert found["status"]["rejected"] == [candidate]
    api.until(DAEMON_SETS, namespace, f"web-{first}", lambda found: found["status"]["numberReady"] == 4)
    assert counted(api, namespace, first) == 4

    good = agents(namespace)
    good["spec"]["schedulerName"] = None
    api.merge(RELEASES, namespace, "web", {"spec": {"template": good}})
    found = api.until(RELEASES, namespace, "web", lambda found: condition(found, "Ready") == "True")
    assert stable_of(found) == first


def cannot_pull(bad: Object) -> Object:
    """What a kubelet says of such a pod."""
    (container,) = bad["spec"]["containers"]
    waiting = {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}
    named = {"name": container["name"], "image": container["image"], "imageID": "", "ready": False, "restartCount": 0}
    return {"phase": "Pending", "containerStatuses": [{**named, "state": {"waiting": waiting}}]}


@pytest.mark.parametrize(
    ("spec", "mended"),
    [
        ({"nodeSelector": {"mistyped": "y"}}, {"metadata": {"labels": {"mistyped": "y"}}}),
        ({"tolerations": []}, {"spec": {"taints": None}}),
    ],
    ids=["selector", "toleration"],
)
def test_a_template_that_no_node_may_have_is_told_and_takes_nothing_from_stable(
    api: Api, setup: Setup, namespace: str, operator: Operator, spec: Object, mended: Object
) -> None:
    pool(setup, namespace, 4)
    first = deploy_agents(api, namespace, 4, steps=HELD)
    before = identities(api, namespace)
    bad = agents(namespace, "2")
    bad["spec"] |= spec
    api.merge(RELEASES, namespace, "web", {"spec": {"template": bad}})

    found = api.until(RELEASES, namespace, "web", reason_is("NoNodeAllowed"))
    assert found["status"]["message"].startswith(
        "spec.template: nodeSelector, node affinity and tolerations allow none"
    )
    assert stable_of(found) == first
    assert identities(api, namespace) == before

    for place in range(4):
        api.merge(NODES, None, f"{namespace}-{place}", mended)
    api.until(RELEASES, namespace, "web", phase_is("Paused"))


def test_a_candidate_gets_none_but_the_nodes_that_its_template_allows(
    api: Api, setup: Setup, namespace: str, operator: Operator
) -> None:
    """The others keep stable's pods until the roles change: from then on the new template says where pods are."""
    pool(setup, namespace, 6, [{"half": "first"}] * 3)
    first = deploy_agents(api, namespace, 6, steps=[{"name": "half", "weight": 50, "pause": "UntilPromoted"}])
    narrowed = agents(namespace, "2")
    narrowed["spec"]["nodeSelector"]["half"] = "first"
    api.merge(RELEASES, namespace, "web", {"spec": {"template": narrowed}})

    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    second = found["status"]["candidate"]["revision"]
    assert (counted(api, namespace, first), counted(api, namespace, second)) == (4, 2)
    its = {name for name, revision in placed(api, namespace).items() if revision == second}
    assert its < {f"{namespace}-{place}" for place in range(3)}

    api.ask(namespace, "web", promote=f"{second}/half/1")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    api.until(DAEMON_SETS, namespace, f"web-{second}", lambda found: found["status"]["numberReady"] == 3)


def test_a_node_whose_hostname_is_not_its_name_is_given_all_the_same(
    api: Api, setup: Setup, namespace: str, operator: Operator
) -> None:
    pool(setup, namespace, 4, [{"kubernetes.io/hostname": f"host-{namespace}-{place}"} for place in range(4)])
    first = deploy_agents(api, namespace, 4, steps=HELD)
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))

    second = found["status"]["candidate"]["revision"]
    assert (counted(api, namespace, first), counted(api, namespace, second)) == (3, 1)


def test_what_runs_on_the_nodes_outlives_its_release_and_is_taken_again(
    api: Api, setup: Setup, namespace: str, operator: Operator
) -> None:
    pool(setup, namespace, 2)
    first = deploy_agents(api, namespace, 2, onDelete="Keep")
    before = identities(api, namespace)

    api.delete(RELEASES, namespace, "web")
    api.gone(RELEASES, namespace, "web")
    assert "ownerReferences" not in api.get(DAEMON_SETS, namespace, f"web-{first}")["metadata"]

    assert deploy_agents(api, namespace, 2, onDelete="Keep") == first
    assert identities(api, namespace) == before
    assert "ownerReferences" in api.get(DAEMON_SETS, namespace, f"web-{first}")["metadata"]


def test_configuration_of_a_node_agent_is_part_of_its_revision(
    api: Api, setup: Setup, namespace: str, operator: Operator
) -> None:
    pool(setup, namespace, 2)
    api.create(CONFIG_MAPS, config_map(namespace))
    found = agents(namespace)
    found["spec"]["containers"][0]["envFrom"] = [{"configMapRef": {"name": "settings"}}]
    first = deploy_agents(api, namespace, 2, template=found, trackConfig="All")

    api.merge(CONFIG_MAPS, namespace, "settings", {"data": {"colour": "green"}})

    promoted = api.until(
        RELEASES, namespace, "web", lambda found: phase_is("Promoted")(found) and stable_of(found) != first
    )
    second = stable_of(promoted)
    api.until(DAEMON_SETS, namespace, f"web-{second}", lambda found: found["status"]["numberReady"] == 2)
    assert counted(api, namespace, second) == 2
