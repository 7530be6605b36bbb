"""A/B and affinity with real pods behind the real gateway: who reaches which version, by real requests."""

import urllib.request
from typing import Any

from tests.cluster import local
from tests.cluster.api import NAMESPACES, RELEASES, Api
from tests.demo import shop
from tests.integration.manifests import phase_is

NAMESPACE, HOST = "ab", "ab.example"
OLD, NEW = (shop.Version(name=name, story="", outcome="", reason="") for name in ("v1", "v2"))
TESTER, BETA = {"X-Tester": "yes"}, {"Cookie": "lang=en; group=beta"}
MATCH = [{"headers": [{"name": "X-Tester", "value": "yes"}]}, {"cookies": [{"name": "group", "value": "beta"}]}]
STEPS = [
    {"name": "testers", "weight": 0, "match": MATCH, "pause": "UntilPromoted"},
    {"name": "half", "weight": 50, "pause": "UntilPromoted"},
]
REQUESTS = 10


def versions(cluster: local.Cluster, headers: dict[str, str] | None = None) -> tuple[set[str], set[str]]:
    """Which versions answer, and the cookies that they set."""
    found, cookies = set(), set()
    for _ in range(REQUESTS):
        request = urllib.request.Request(cluster.gateway, headers={"Host": HOST, **(headers or {})})
        with urllib.request.urlopen(request, timeout=5) as answer:
            found.add(answer.headers["X-Version"])
            cookies |= set(answer.headers.get_all("Set-Cookie") or ())

    return found, cookies


def declared(version: shop.Version) -> dict[str, Any]:
    """The shop without objectives; a person opens each step."""
    manifest = shop.release(version, "ab")
    spec: dict[str, Any] = {**manifest["spec"], "replicas": 2, "steps": STEPS, "objectives": []}
    spec["traffic"]["gateway"]["hostnames"] = [HOST]
    spec["traffic"] |= {"drain": "1s", "affinity": {"cookie": {"maxAge": "1h"}}}
    return {**manifest, "metadata": {"name": "shop", "namespace": NAMESPACE}, "spec": spec}


def test_testers_reach_the_candidate_who_saw_it_stays_and_a_rollback_takes_all_back(
    api: Api, cluster: local.Cluster
) -> None:
    api.create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    api.create(RELEASES, declared(OLD))
    api.until(RELEASES, NAMESPACE, "shop", phase_is("Promoted"), 90)
    api.merge(RELEASES, NAMESPACE, "shop", {"spec": {"template": declared(NEW)["spec"]["template"]}})
    found = api.until(RELEASES, NAMESPACE, "shop", phase_is("Paused"), 60)
    revision = found["status"]["candidate"]["revision"]

    cookie = f"tidegate-shop={revision}"
    assert versions(cluster) == ({"v1"}, set())
    for headers in (TESTER, BETA):
        reached, cookies = versions(cluster, headers)
        assert reached == {"v2"}
        assert {text.partition(";")[0] for text in cookies} == {cookie}
    assert versions(cluster, {"X-Tester": "no"})[0] == {"v1"}

    api.ask(NAMESPACE, "shop", promote=f"{revision}/testers/1")
    half = api.until(RELEASES, NAMESPACE, "shop", lambda found: found["status"]["step"]["name"] == "half", 30)
    assert half["status"]["candidate"]["revision"] == revision
    api.until(RELEASES, NAMESPACE, "shop", phase_is("Paused"), 60)
    assert versions(cluster)[0] == {"v1", "v2"}
    assert versions(cluster, {"Cookie": f"a=b; {cookie}"})[0] == {"v2"}
    assert versions(cluster, {"Cookie": "tidegate-shop=another"})[0] == {"v1", "v2"}

    api.ask(NAMESPACE, "shop", abort="1")
    api.until(RELEASES, NAMESPACE, "shop", phase_is("RolledBack"), 60)
    for headers in ({}, TESTER, BETA, {"Cookie": cookie}):
        assert versions(cluster, headers) == ({"v1"}, set())
