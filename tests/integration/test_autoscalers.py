"""Which pods an autoscaler divides by while a rollout runs, and who else writes the size beside it."""

from itertools import groupby

import pytest

from tests.cluster.api import AUTOSCALERS, RELEASES, REPLICA_SETS, Api, Object
from tests.cluster.autoscaler import autoscaler, outside, used
from tests.cluster.operator import Operator
from tests.integration.deployments import GITS
from tests.integration.manifests import phase_is, release, template
from tests.integration.steps import change, deploy, eventually_told, from_before, weights

PAUSED = [{"name": "half", "weight": 50, "pause": "UntilPromoted"}]
CPU, MEMORY = used("cpu", 80), used("memory", 80)


@pytest.mark.parametrize(
    ("metrics", "both"),
    [
        ([CPU], True),
        ([MEMORY], False),
        ([CPU, MEMORY], True),
        ([outside("queued", value="30")], False),
        ([outside("queued", averageValue="30")], False),
    ],
    ids=["cpu", "memory", "cpu and memory", "a whole", "a share of a whole"],
)
def test_a_surge_is_counted_only_where_it_shares_the_load(
    api: Api, namespace: str, operator: Operator, metrics: list[Object], both: bool
) -> None:
    api.create(AUTOSCALERS, autoscaler(namespace, "web", *metrics))
    api.create(RELEASES, release(namespace, steps=PAUSED))
    first = api.until(RELEASES, namespace, "web", phase_is("Promoted"))["status"]["stable"]["revision"]

    api.merge(RELEASES, namespace, "web", {"spec": {"template": template("2")}})
    api.until(RELEASES, namespace, "web", phase_is("Paused"))

    everyone = "tidegate.dev/release=web"
    selector = everyone if both else f"{everyone},tidegate.dev/revision={first}"
    # The autoscaler may be heard of later than the Release.
    api.until(RELEASES, namespace, "web", lambda found: found["status"]["selector"] == selector)


def test_where_stable_shrinks_pods_beyond_the_size_are_counted_neither_on_the_way_up_nor_back(
    api: Api, namespace: str, operator: Operator
) -> None:
    api.create(AUTOSCALERS, autoscaler(namespace, "web", MEMORY))
    first = deploy(api, namespace, replicas=4, steps=PAUSED, capacity="Shrink")
    everyone = "tidegate.dev/release=web"
    stables = f"{everyone},tidegate.dev/revision={first}"
    api.until(RELEASES, namespace, "web", lambda found: found["status"]["selector"] == stables)

    seen = [stables]
    for found in from_before(api.follow(RELEASES, namespace, "web", 60), lambda: change(api, namespace, "2")):
        seen.append(found["status"]["selector"])
        if phase_is("Paused")(found) and seen[-1] == everyone:
            api.ask(namespace, "web", abort="1")

        if phase_is("RolledBack")(found):
            break

    assert [selector for selector, _ in groupby(seen)] == [stables, everyone, stables]


def bounded(api: Api, namespace: str, least: int, most: int) -> None:
    """What the autoscaler may make of the Release; whatever is beyond it changes by itself."""
    api.merge(AUTOSCALERS, namespace, "web", {"spec": {"minReplicas": least, "maxReplicas": most}})


def has_pods(api: Api, namespace: str, revision: str, size: int) -> None:
    """Wait until a revision has so many available pods, and no more."""

    def settled(found: Object) -> bool:
        return bool(found["spec"]["replicas"] == found["status"].get("availableReplicas", 0) == size)

    api.until(REPLICA_SETS, namespace, f"web-{revision}", settled)


def test_an_autoscaler_that_grows_and_shrinks_a_release_in_mid_rollout_moves_no_share(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deploy(api, namespace, steps=PAUSED)
    api.create(AUTOSCALERS, autoscaler(namespace, "web"))
    change(api, namespace, "2")
    second = api.until(RELEASES, namespace, "web", phase_is("Paused"))["status"]["candidate"]["revision"]

    bounded(api, namespace, 4, 6)
    # The autoscaler's least is the candidate's too.
    has_pods(api, namespace, first, 4)
    has_pods(api, namespace, second, 4)
    assert weights(api, namespace) == [50, 50]

    bounded(api, namespace, 1, 3)
    api.until(RELEASES, namespace, "web", lambda found: found["spec"]["replicas"] == 3 and phase_is("Paused")(found))
    has_pods(api, namespace, first, 4)
    has_pods(api, namespace, second, 2)
    assert weights(api, namespace) == [50, 50]

    api.ask(namespace, "web", promote=f"{second}/half/1")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    has_pods(api, namespace, first, 0)
    has_pods(api, namespace, second, 3)


def grown(api: Api, namespace: str, declared: Object) -> str:
    """An autoscaler has scaled the Release that Git applies to 5; the name of its ReplicaSet."""
    api.apply(RELEASES, declared, manager=GITS[0])
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    # Whatever its controller sees below the least, it raises to that: nothing that is written here is below 1.
    api.create(AUTOSCALERS, autoscaler(namespace, "web", size=(1, 6)))
    # What its first look writes would come after the status that is written here.
    api.until(AUTOSCALERS, namespace, "web", lambda found: bool((found.get("status") or {}).get("conditions")))
    api.merge(RELEASES, namespace, "web/scale", {"spec": {"replicas": 5}}, manager="kube-controller-manager")
    asked = {"status": {"currentReplicas": 5, "desiredReplicas": 5}}
    api.merge(AUTOSCALERS, namespace, "web/status", asked, manager="kube-controller-manager")
    name = f"web-{found['status']['stable']['revision']}"
    api.until(REPLICA_SETS, namespace, name, lambda found: found["status"].get("availableReplicas") == 5)
    return name


def sized(namespace: str, replicas: int | None) -> Object:
    """The Release as Git declares it; with None without a size."""
    found = release(namespace)
    spec = {name: value for name, value in found["spec"].items() if name != "replicas"}
    return {**found, "spec": spec if replicas is None else {**spec, "replicas": replicas}}


def versioned(manifest: Object, found: Object) -> Object:
    """The metadata of a manifest, as one that replaces this state of the object."""
    return {**manifest["metadata"], "resourceVersion": found["metadata"]["resourceVersion"]}


@pytest.mark.parametrize("how", ["forced", "dropped", "nulled", "replaced"])
def test_who_writes_the_size_beside_an_autoscaler_takes_no_pod_away(
    api: Api, namespace: str, operator: Operator, how: str
) -> None:
    """A forcing applier; one that drops what it forced; `kubectl apply` of what had it once; `kubectl replace`."""
    name = grown(api, namespace, sized(namespace, 2))
    before = api.get(REPLICA_SETS, namespace, name)["metadata"]["generation"]

    if how in {"forced", "dropped"}:
        api.apply(RELEASES, sized(namespace, 2), manager=GITS[0])
    if how == "dropped":
        api.apply(RELEASES, sized(namespace, None), manager=GITS[0])
    if how == "nulled":
        api.merge(RELEASES, namespace, "web", {"spec": {"replicas": None}}, manager="kubectl-client-side-apply")
    if how == "replaced":
        manifest = sized(namespace, None)
        api.edit(RELEASES, namespace, "web", lambda found: {**manifest, "metadata": versioned(manifest, found)})

    found = api.until(RELEASES, namespace, "web", lambda found: found["spec"]["replicas"] == 5)
    generation = found["metadata"]["generation"]
    api.until(RELEASES, namespace, "web", lambda found: found["status"]["observedGeneration"] == generation)
    assert api.get(REPLICA_SETS, namespace, name)["metadata"]["generation"] == before
    eventually_told(api, namespace, "SizeRestored", "leave replicas out of what declares the Release")


def test_git_that_declares_no_size_changes_none(api: Api, namespace: str, operator: Operator) -> None:
    name = grown(api, namespace, sized(namespace, None))
    generation = api.get(REPLICA_SETS, namespace, name)["metadata"]["generation"]

    applied = api.apply(RELEASES, sized(namespace, None), manager=GITS[0])

    assert applied["spec"]["replicas"] == 5
    assert api.get(REPLICA_SETS, namespace, name)["metadata"]["generation"] == generation


def test_a_size_that_is_written_by_scaling_is_obeyed(api: Api, namespace: str, operator: Operator) -> None:
    name = grown(api, namespace, sized(namespace, 2))

    api.merge(RELEASES, namespace, "web/scale", {"spec": {"replicas": 3}}, manager="kubectl")

    api.until(REPLICA_SETS, namespace, name, lambda found: found["spec"]["replicas"] == 3)
