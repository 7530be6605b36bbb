"""A Release that is deleted and made again, as `kubectl replace --force` does, is another one: it begins anew."""

import time

from tests.cluster.api import RELEASES, REPLICA_SETS, SERVICES, Api, Object
from tests.cluster.operator import Operator
from tests.integration.manifests import phase_is, release, stable_of, template
from tests.integration.proxy import Proxy
from tests.integration.steps import alive, change, deploy
from tidegate.workloads import revision_of

NAMES = [f"web-{number}" for number in range(8)]


def served_versions(api: Api, namespace: str) -> set[str]:
    return {pod["spec"]["containers"][0]["env"][0]["value"] for pod in alive(api, namespace)}


def replace(api: Api, namespace: str, manifest: Object) -> None:
    api.delete(RELEASES, namespace, manifest["metadata"]["name"])
    api.create(RELEASES, manifest)


def replace_unseen(api: Api, namespace: str, proxied: Proxy, manifest: Object) -> None:
    """While the watch is broken: the next list has another object of the name, and no deletion is ever told."""
    proxied.refusing = ("/releases", 503)
    proxied.cut_streams()
    time.sleep(0.3)
    replace(api, namespace, manifest)
    time.sleep(0.5)
    proxied.refusing = None


def test_each_of_many_serves_its_own_template(api: Api, namespace: str, operator: Operator) -> None:
    for name in NAMES:
        api.create(RELEASES, release(namespace, name))

    for name in NAMES:
        api.until(RELEASES, namespace, name, phase_is("Promoted"))

    for name in NAMES:
        replace(api, namespace, release(namespace, name, version="2"))

    found = [api.until(RELEASES, namespace, name, phase_is("Promoted")) for name in NAMES]

    assert {stable_of(each) for each in found} == {revision_of(template("2"))}


def test_the_same_template_is_served_again(api: Api, namespace: str, operator: Operator) -> None:
    first = deploy(api, namespace)
    before = api.get(SERVICES, namespace, "web-stable")["metadata"]["uid"]
    replace(api, namespace, release(namespace))

    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    assert stable_of(found) == first
    assert api.get(SERVICES, namespace, "web-stable")["metadata"]["uid"] != before


def test_one_whose_deletion_nobody_saw_deploys_what_is_declared(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator]
) -> None:
    proxy, _ = proxied
    first = deploy(api, namespace)
    replace_unseen(api, namespace, proxy, release(namespace, version="2", service={"port": 81, "targetPort": 8080}))
    second = stable_of(api.until(RELEASES, namespace, "web", phase_is("Promoted")))
    port = api.get(SERVICES, namespace, "web-stable")["spec"]["ports"][0]["port"]
    change(api, namespace, "1")

    found = api.until(
        RELEASES, namespace, "web", lambda seen: phase_is("Promoted")(seen) and stable_of(seen) == first, 60
    )

    assert (port, found["status"]["observedGeneration"]) == (81, 2)
    api.until(REPLICA_SETS, namespace, f"web-{second}", lambda seen: not seen.get("status", {}).get("replicas"))
    assert served_versions(api, namespace) == {"1"}
