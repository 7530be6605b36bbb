"""The CRDs against the real API server: what applies, what is refused, and in which words."""

import copy
import math
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from kubernetes.client.exceptions import ApiException

from tests.cluster.api import RELEASES, Api
from tests.cluster.local import ROOT
from tests.integration.conftest import Setup
from tests.integration.kinds import KINDS
from tests.integration.schema_cases import Breach, breaches, found_at, put_at, rules, sample
from tests.unit.api.test_ports import NO_PORTS, PORTS
from tidegate.api.shapes_cel import WORDS

CRDS = {
    found["spec"]["names"]["kind"]: found["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for found in (yaml.safe_load(path.read_text()) for path in sorted((ROOT / "crds").glob("*.yaml")))
}


PROVIDERS = tuple(CRDS["MetricSource"]["properties"]["spec"]["properties"])
# Fields of which a manifest has exactly one: a variant takes the first of each, the next the second, and so on.
ALTERNATIVES: tuple[tuple[tuple[str | int, ...], tuple[str, ...]], ...] = (
    ((), ("template", "workloadRef")),
    ((), PROVIDERS),
    (("traffic",), ("gateway", "route", "routes", "podRatio", "nodeRatio", "ingress")),
    (("steps", 0), ("match", "mirror")),
    # The query twice: seven has no factor in common with the other counts.
    (("objectives", 0), ("query", "job", "errorRatio", "slowRequests", "latency", "requestShare", "query")),
    (("objectives", 0, "query"), ("promql", "text")),
    (("hooks", 0), ("http", "job")),
    (("scrape",), ("addresses", "pods")),
)
# What only the managed route can do.
NEED_GATEWAY: tuple[tuple[str | int, ...], ...] = (
    ("traffic", "affinity"),
    ("steps", 0, "match"),
    ("steps", 0, "mirror"),
)
# So many that every pair of alternatives meets.
VARIANTS = math.lcm(*(len(fields) for _, fields in ALTERNATIVES))


def whole(kind: str, variant: int = 0) -> dict[str, Any]:
    """A manifest with every field of a kind, that keeps every bound and every rule."""
    spec = sample(CRDS[kind]["properties"]["spec"])
    if kind == "Release":
        spec["template"] = {"spec": {"containers": [{"name": "web", "image": "x"}]}}
        spec["steps"][0] |= {"weight": 5, "deadline": "1m"}
        spec["hooks"][0]["when"] = "BeforeRise"

    for route in (found_at(spec, ("traffic", "route")), found_at(spec, ("traffic", "routes", 0))):
        # The one kind that has every field of a route.
        if route:
            route["kind"] = "VirtualService"

    if "web" in spec:
        # The one method that has a body.
        spec["web"]["method"] = "POST"

    for path, fields in ALTERNATIVES:
        part = found_at(spec, path) or {}
        for field in fields if all(name in part for name in fields) else ():
            if field != fields[variant % len(fields)]:
                part.pop(field, None)

    if "pods" in spec.get("scrape", {}):
        # Whoever makes a pod is not shown a Secret.
        del spec["scrape"]["authSecret"]

    spec = by_its_router(spec) if kind == "Release" else without_jobs(spec)

    metadata = {"name": "whole"} if kind.startswith("Cluster") else {"name": "whole", "namespace": "default"}
    return {"apiVersion": "tidegate.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


def without_jobs(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec of anything but a Release, which alone declares Jobs."""
    if found_at(spec, ("objectives", 0, "job")) is None:
        return spec

    return put_at(without(spec, (("objectives", 0, "job"),)), ("objectives", 0, "latency"), {})


def by_its_router(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec of a Release without what its router cannot do."""
    if "gateway" not in spec["traffic"]:
        spec = without(spec, NEED_GATEWAY)

    return without(spec, (("steps", 0, "replicas"),)) if {"podRatio", "nodeRatio"} & spec["traffic"].keys() else spec


def without(spec: dict[str, Any], paths: tuple[tuple[str | int, ...], ...]) -> dict[str, Any]:
    """The spec with none of these fields."""
    for path in paths:
        if found_at(spec, path) is not None:
            spec = put_at(spec, path, None)

    return spec


def every_breach() -> list[Breach]:
    found = {
        f"{kind} {breach.name}": breach
        for kind, schema in CRDS.items()
        for variant in range(VARIANTS)
        for breach in breaches(whole(kind, variant), schema["properties"]["spec"], ("spec",))
    }
    return list(found.values())


def refusal(api: Api, manifest: dict[str, Any]) -> str:
    """The words with which a manifest is refused; empty where it is taken. Nothing is kept."""
    try:
        api.try_create(KINDS[manifest["kind"]], manifest)
    except ApiException as error:
        return str(error.body)

    return ""


@pytest.mark.parametrize("kind", sorted(CRDS))
@pytest.mark.parametrize("variant", range(VARIANTS))
def test_a_manifest_at_every_bound_passes(api: Api, kind: str, variant: int) -> None:
    assert refusal(api, whole(kind, variant)) == ""


def test_every_bound_refuses_by_name_and_in_words(api: Api) -> None:
    found = every_breach()
    assert len(found) > 100
    for breach in found:
        words = refusal(api, breach.manifest)
        missing = [word for word in breach.words if word not in words]
        assert not missing, f"{breach.name}: {missing} is not in: {words or 'it was taken'}"
        assert "conversion error" not in words, f"{breach.name}: {words}"


def test_an_unknown_field_is_refused(api: Api) -> None:
    assert "unknown field" in refusal(api, put_at(whole("Release"), ("spec", "canary"), True))


@pytest.mark.parametrize(
    ("match", "field"),
    [
        ({"path": "/api"}, "matches[0].path"),
        ({"path": {"type": ["Exact"]}}, "matches[0].path.type"),
        ({"headers": {"x-user": "beta"}}, "matches[0].headers"),
        ({"headers": ["x-user"]}, "matches[0].headers[0]"),
        ({"queryParams": [{"name": "q"}]}, "matches[0].queryParams[0].value"),
        ({"cookies": []}, "matches[0].cookies"),
    ],
    ids=str,
)
def test_a_misshapen_match_is_refused_by_its_field(api: Api, match: dict[str, Any], field: str) -> None:
    assert f"spec.traffic.gateway.rules[0].{field}" in refusal(
        api, routed([step("a", 5)], rules=[{"matches": [match]}])
    )


@pytest.mark.parametrize(
    ("template", "field"),
    [
        ({"metadata": "x"}, "spec.template.metadata"),
        ({"metadata": {"labels": [{"app": "web"}]}}, "spec.template.metadata.labels"),
        ({"metadata": {"annotations": "x"}}, "spec.template.metadata.annotations"),
        ({"spec": ["x"]}, "spec.template.spec"),
    ],
    ids=str,
)
def test_a_misshapen_template_is_refused_by_its_field(api: Api, template: dict[str, Any], field: str) -> None:
    assert f"{field}: Invalid value" in refusal(api, release_with(("spec", "template"), template))


def test_what_a_chart_leaves_empty_in_a_template_is_taken(api: Api) -> None:
    empty = {"metadata": {"labels": None, "annotations": None, "creationTimestamp": None}, "spec": {}}

    assert refusal(api, release_with(("spec", "template"), empty)) == ""


def release_with(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The least Release, and one field of it; a field of a list or of what it lacks needs the whole one."""
    found = whole("Release")
    return put_at(put_at(found, ("spec",), LEAST) if len(path) == 2 else found, path, value)


LEAST = {
    "template": {"spec": {}},
    "service": {"port": 80},
    "traffic": {"gateway": {"parentRefs": [{"name": "public"}]}},
    "steps": [{"name": "name", "weight": 5}],
    "promotion": {"watch": "10s"},
}


def kept_with(reference: dict[str, Any]) -> dict[str, Any]:
    """A Release that keeps what serves, and takes its template from there."""
    found = put_at(release_with(("spec", "workloadRef"), reference), ("spec", "template"), None)
    return put_at(found, ("spec", "onDelete"), "Keep")


def step(name: str, weight: int) -> dict[str, Any]:
    return {"name": name, "weight": weight}


def matching(count: int = 1, **match: Any) -> dict[str, Any]:
    return {**step("testers", 0), "match": [match or {"headers": [header("X-Tester")]}] * count}


def header(name: str) -> dict[str, str]:
    return {"name": name, "value": "yes"}


def routed(steps: list[dict[str, Any]], **gateway: Any) -> dict[str, Any]:
    """A Release with these steps, and with these fields of its gateway, or with a route of its own."""
    parents = {"parentRefs": [{"name": "public"}]}
    traffic = {"gateway": {**parents, **gateway}} if gateway.pop("managed", True) else {"route": {"name": "web"}}
    return put_at(release_with(("spec", "traffic"), traffic), ("spec", "steps"), steps)


def awaiting(*steps: dict[str, Any]) -> dict[str, Any]:
    """A Release that does not wait for a verdict for ever."""
    found = put_at(release_with(("spec", "advanceOn"), "Pass"), ("spec", "onInconclusive"), "Promote")
    return put_at(found, ("spec", "steps"), list(steps))


def source_with(provider: str, **fields: Any) -> dict[str, Any]:
    """A MetricSource of a kind, with these fields."""
    found = whole("MetricSource", PROVIDERS.index(provider))
    found["spec"][provider] |= fields
    return found


PAGE = "http://gateway/metrics"


def scraping(**fields: Any) -> dict[str, Any]:
    """A MetricSource that reads one page, with these fields."""
    declared = {"addresses": [PAGE], **fields}
    return put_at(source_with("scrape"), ("spec", "scrape"), declared)


COOKIE = {"name": "group", "value": "beta"}
EU = {"name": "cluster", "value": "eu"}
AFFINITY = {"cookie": {"maxAge": "1h"}}
COPIES = {"mirror": {"percent": 10}}
ONE_A_NODE = release_with(("spec", "traffic"), {"nodeRatio": {}})
QUERY = {"promql": "x", "max": "1"}
HTTP = {"url": "http://checks/ask"}
JOB: dict[str, Any] = {"template": {"spec": {}}}
# Every rule's first words: a manifest that it refuses, and one that it lets pass.
RULES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "metadata.name: must be at most 52": (
        release_with(("metadata", "name"), "x" * 53),
        release_with(("metadata", "name"), "x" * 52),
    ),
    "metadata.name: must start with a letter": (
        release_with(("metadata", "name"), "shop.v1"),
        release_with(("metadata", "name"), "shop-v1"),
    ),
    "steps: weight 100 may be declared once": (
        release_with(("spec", "steps"), [step("name", 100), step("b", 100)]),
        release_with(("spec", "steps"), [step("name", 50), step("b", 100)]),
    ),
    "steps: weights must not fall": (
        release_with(("spec", "steps"), [step("name", 50), step("b", 20)]),
        release_with(("spec", "steps"), [step("name", 20), step("b", 20)]),
    ),
    "steps: full is the name of the implied last step": (
        release_with(("spec", "steps"), [step("name", 20), step("full", 50)]),
        release_with(("spec", "steps"), [step("name", 20), step("full", 100)]),
    ),
    "onDeadline: Hold acts only at a deadline": (
        release_with(("spec", "steps"), [{**step("name", 50), "onDeadline": "Hold"}]),
        release_with(("spec", "steps"), [{**step("name", 50), "onDeadline": "Hold", "deadline": "1h"}]),
    ),
    "steps: a deadline must be longer": (
        release_with(("spec", "steps"), [{**step("name", 50), "dwell": "1m", "deadline": "60s"}]),
        release_with(("spec", "steps"), [{**step("name", 50), "dwell": "1m", "deadline": "61s"}]),
    ),
    "steps: a deadline at weight 100": (
        release_with(("spec", "steps"), [step("name", 50), {**step("b", 100), "dwell": "1m", "deadline": "70s"}]),
        release_with(("spec", "steps"), [step("name", 50), {**step("b", 100), "dwell": "1m", "deadline": "71s"}]),
    ),
    "hooks: each must have exactly one": (
        release_with(("spec", "hooks"), [{"name": "a", "when": "OnRollback", "http": HTTP, "job": JOB}]),
        release_with(("spec", "hooks"), [{"name": "a", "when": "OnRollback", "job": JOB}]),
    ),
    "hooks: only a hook BeforeRise": (
        release_with(("spec", "hooks"), [{"name": "a", "when": "OnRollback", "http": HTTP, "steps": ["name"]}]),
        release_with(("spec", "hooks"), [{"name": "a", "when": "BeforeRise", "http": HTTP, "steps": ["name"]}]),
    ),
    "hooks: steps must name": (
        release_with(("spec", "hooks"), [{"name": "a", "when": "BeforeRise", "http": HTTP, "steps": ["absent"]}]),
        release_with(("spec", "hooks"), [{"name": "a", "when": "BeforeRise", "http": HTTP, "steps": ["full"]}]),
    ),
    "expiry: must be at least 1s": (
        release_with(("spec", "hooks", 0, "expiry"), "25h"),
        release_with(("spec", "hooks", 0, "expiry"), "24h"),
    ),
    "must have exactly one of template": (
        release_with(("spec", "workloadRef"), {"name": "web"}),
        put_at(release_with(("spec", "workloadRef"), {"name": "web"}), ("spec", "template"), None),
    ),
    "workloadRef: apiVersion must be": (
        put_at(
            release_with(("spec", "workloadRef"), {"kind": "PodTemplate", "name": "web"}), ("spec", "template"), None
        ),
        put_at(
            release_with(("spec", "workloadRef"), {"kind": "PodTemplate", "name": "web", "apiVersion": "v1"}),
            ("spec", "template"),
            None,
        ),
    ),
    "onDelete: Keep is not for a Deployment": (
        kept_with({"name": "web"}),
        kept_with({"apiVersion": "v1", "kind": "PodTemplate", "name": "web"}),
    ),
    "traffic: must have exactly one": (
        release_with(("spec", "traffic"), {"route": {"name": "a"}, "routes": [{"name": "b"}]}),
        release_with(("spec", "traffic"), {"route": {"name": "a"}}),
    ),
    "steps: with traffic.podRatio or nodeRatio the pods": (
        put_at(ONE_A_NODE, ("spec", "steps"), [{**step("a", 50), "replicas": 3}]),
        put_at(ONE_A_NODE, ("spec", "steps"), [step("a", 50)]),
    ),
    "steps: with traffic.podRatio or nodeRatio no weight": (
        put_at(ONE_A_NODE, ("spec", "steps"), [step("a", 0)]),
        put_at(ONE_A_NODE, ("spec", "steps"), [step("a", 1)]),
    ),
    "steps: with traffic.podRatio a weight": (
        put_at(release_with(("spec", "traffic"), {"podRatio": {"service": "a"}}), ("spec", "steps"), [step("a", 51)]),
        put_at(release_with(("spec", "traffic"), {"podRatio": {"service": "a"}}), ("spec", "steps"), [step("a", 50)]),
    ),
    "routes: each route may be named once": (
        release_with(("spec", "traffic"), {"routes": [{"name": "a", "rule": "x"}, {"name": "a", "rule": "y"}]}),
        release_with(("spec", "traffic"), {"routes": [{"name": "a"}, {"name": "a", "kind": "GRPCRoute"}]}),
    ),
    "max: must be a share below 1": (
        release_with(("spec", "objectives"), [{"name": "a", "errorRatio": {"max": "5"}}]),
        release_with(("spec", "objectives"), [{"name": "a", "errorRatio": {"max": "5%"}}]),
    ),
    "query: min must not be greater": (
        release_with(("spec", "objectives"), [{"name": "a", "query": {"promql": "x", "min": "50%", "max": "0.4"}}]),
        release_with(("spec", "objectives"), [{"name": "a", "query": {"promql": "x", "min": "40%", "max": "0.4"}}]),
    ),
    "workloadRef: with traffic.nodeRatio": (
        put_at(put_at(ONE_A_NODE, ("spec", "workloadRef"), {"name": "web"}), ("spec", "template"), None),
        ONE_A_NODE,
    ),
    "baseline: Fresh needs a router": (
        put_at(ONE_A_NODE, ("spec", "baseline"), "Fresh"),
        put_at(ONE_A_NODE, ("spec", "baseline"), "Stable"),
    ),
    "capacity: Shrink needs a router": (
        put_at(ONE_A_NODE, ("spec", "capacity"), "Shrink"),
        put_at(ONE_A_NODE, ("spec", "capacity"), "Keep"),
    ),
    "onInconclusive: acts at the deadline": (
        awaiting(step("all", 100)),
        awaiting({**step("all", 100), "deadline": "1h"}),
    ),
    "firstRollout: Steps needs a size": (
        put_at(ONE_A_NODE, ("spec", "firstRollout"), "Steps"),
        put_at(ONE_A_NODE, ("spec", "firstRollout"), "Direct"),
    ),
    "route: a TraefikService has no rules": (
        release_with(("spec", "traffic"), {"route": {"kind": "TraefikService", "name": "a", "rule": "main"}}),
        release_with(("spec", "traffic"), {"route": {"kind": "TraefikService", "name": "a"}}),
    ),
    "route: destinationRule needs the kind": (
        release_with(("spec", "traffic"), {"route": {"name": "a", "destinationRule": "a"}}),
        release_with(("spec", "traffic"), {"route": {"kind": "VirtualService", "name": "a", "destinationRule": "a"}}),
    ),
    "objectives: each must have exactly one": (
        release_with(("spec", "objectives"), [{"name": "a", "query": QUERY, "errorRatio": {"max": "1%"}}]),
        release_with(("spec", "objectives"), [{"name": "a", "latency": {}}]),
    ),
    "job: consecutive needs interval": (
        release_with(("spec", "objectives"), [{"name": "a", "job": {**JOB, "consecutive": 2}}]),
        release_with(("spec", "objectives"), [{"name": "a", "job": {**JOB, "consecutive": 2, "interval": "1m"}}]),
    ),
    "job: interval must be at least 1s": (
        release_with(("spec", "objectives"), [{"name": "a", "job": {**JOB, "interval": "0s"}}]),
        release_with(("spec", "objectives"), [{"name": "a", "job": {**JOB, "interval": "24h"}}]),
    ),
    "job: timeout must be at least 1s": (
        release_with(("spec", "objectives"), [{"name": "a", "job": {**JOB, "timeout": "25h"}}]),
        release_with(("spec", "objectives"), [{"name": "a", "job": {**JOB, "timeout": "1s"}}]),
    ),
    "objectives: a Job is declared in the Release": (
        put_at(whole("ObjectiveSet"), ("spec", "objectives"), [{"name": "a", "job": JOB}]),
        put_at(whole("ObjectiveSet"), ("spec", "objectives"), [{"name": "a", "latency": {}}]),
    ),
    "objectives: all queries together": (
        release_with(
            ("spec", "objectives"),
            [{"name": f"a{place}", "query": {**QUERY, "promql": "x" * 4000}} for place in range(9)],
        ),
        release_with(
            ("spec", "objectives"),
            [{"name": f"a{place}", "query": {**QUERY, "promql": "x" * 4000}} for place in range(8)],
        ),
    ),
    "objectives: a query has an unknown variable": (
        put_at(
            put_at(whole("ObjectiveSet"), ("spec", "args"), None),
            ("spec", "objectives"),
            [{"name": "a", "query": {**QUERY, "promql": "x{y='$path'}"}}],
        ),
        put_at(
            put_at(whole("ObjectiveSet"), ("spec", "args"), [{"name": "path"}]),
            ("spec", "objectives"),
            [{"name": "a", "query": {**QUERY, "promql": "x{y='$path'}"}}],
        ),
    ),
    "query: must have max, min": (
        release_with(("spec", "objectives"), [{"name": "a", "query": {"promql": "x"}}]),
        release_with(("spec", "objectives"), [{"name": "a", "query": {"promql": "x", "min": "1"}}]),
    ),
    "query: must have exactly one of promql and text": (
        release_with(("spec", "objectives"), [{"name": "a", "query": {**QUERY, "text": "x"}}]),
        release_with(("spec", "objectives"), [{"name": "a", "query": {"text": "x", "max": "1"}}]),
    ),
    "progressDeadline: must be at least 1s": (
        release_with(("spec", "progressDeadline"), "0s"),
        release_with(("spec", "progressDeadline"), "1s"),
    ),
    "targetPort: must be a number": (
        release_with(("spec", "service"), {"port": 80, "targetPort": 65536}),
        release_with(("spec", "service"), {"port": 80, "targetPort": 65535}),
    ),
    "interval: must be at least 1s": (
        release_with(("spec", "interval"), "999ms"),
        release_with(("spec", "interval"), "1s"),
    ),
    "a step has at most one of match": (
        routed([{**matching(), **COPIES}]),
        routed([matching(), {**step("copies", 0), **COPIES}]),
    ),
    "match: needs a weight below 100": (
        routed([{**matching(), "weight": 100}]),
        routed([{**matching(), "weight": 99}]),
    ),
    "mirror: needs weight 0": (
        routed([{**step("copies", 1), **COPIES}]),
        routed([{**step("copies", 0), **COPIES}]),
    ),
    "match: must have headers": (
        routed([matching(headers=[])]),
        routed([matching(cookies=[COOKIE])]),
    ),
    "match: each header may be named once": (
        routed([matching(headers=[header("cookie")], cookies=[COOKIE])]),
        routed([matching(headers=[header("X-A"), header("X-B")], cookies=[COOKIE])]),
    ),
    "affinity: needs traffic.gateway": (
        release_with(("spec", "traffic"), {"route": {"name": "web"}, "affinity": AFFINITY}),
        release_with(("spec", "traffic"), {"gateway": {"parentRefs": [{"name": "public"}]}, "affinity": AFFINITY}),
    ),
    "maxAge: must be at least 1s": (
        release_with(("spec", "traffic", "affinity", "cookie", "maxAge"), "999ms"),
        release_with(("spec", "traffic", "affinity", "cookie", "maxAge"), "1s"),
    ),
    "steps: match and mirror need traffic.gateway": (
        routed([matching()], managed=False),
        routed([step("first", 5)], managed=False),
    ),
    "traffic.gateway.rules: must be at most 8": (
        routed([matching()], rules=[{}] * 9),
        routed([matching()], rules=[{}] * 8),
    ),
    "rules: must have at most 128 matches": (
        routed([step("a", 5)], rules=[{"matches": [{}] * 64}, {"matches": [{}] * 64}, {}]),
        routed([step("a", 5)], rules=[{"matches": [{}] * 64}, {"matches": [{}] * 63}, {}]),
    ),
    "steps: match times the matches": (
        routed([matching(8)], rules=[{"matches": [{}] * 9}]),
        routed([matching(8)], rules=[{"matches": [{}] * 8}]),
    ),
    "timeout: must be at least 100ms": (
        source_with("prometheus", timeout="31s"),
        source_with("prometheus", timeout="30s"),
    ),
    "window: must be at least 10s": (source_with("datadog", window="61m"), source_with("datadog", window="60m")),
    "period: must be 1, 5": (source_with("cloudWatch", period=90), source_with("cloudWatch", period=120)),
    "web: must have $query": (
        source_with("web", url="http://checks", body='{"of": "errors"}'),
        source_with("web", url="http://checks", body='{"of": "$query"}'),
    ),
    "web: authHeader needs authSecret": (
        put_at(source_with("web", authHeader="X-API-Key"), ("spec", "web", "authSecret"), None),
        source_with("web", authHeader="X-API-Key"),
    ),
    "headers: holds credentials": (
        source_with("prometheus", headers=[{"name": "Authorization", "value": "mine"}]),
        source_with("prometheus", headers=[{"name": "X-Scope-OrgID", "value": "team"}]),
    ),
    "web: body needs method POST": (source_with("web", method="GET"), source_with("web", method="POST")),
    "prometheus.labels: must have different": (
        source_with("prometheus", labels=[EU, EU]),
        source_with("prometheus", labels=[EU, {"name": "region", "value": "eu"}]),
    ),
    "allowLinkLocal: is for a ClusterMetricSource": (
        source_with("web", allowLinkLocal=True),
        {**source_with("web", allowLinkLocal=True), "kind": "ClusterMetricSource", "metadata": {"name": "whole"}},
    ),
    "scrape.timeout: must be": (scraping(timeout="11s"), scraping(timeout="10s")),
    "scrape.interval: must be": (scraping(interval="999ms"), scraping(interval="1s")),
    "scrape: must have exactly one": (scraping(pods={"port": 8080}), scraping()),
    "scrape.addresses: must be different": (scraping(addresses=[PAGE, PAGE]), scraping(addresses=[PAGE, f"{PAGE}/b"])),
    "scrape.pods: goes without": (
        scraping(addresses=[], pods={"port": 8080}, authSecret={"name": "key"}),
        scraping(addresses=[], pods={"port": 8080}),
    ),
    "must have exactly one of prometheus": (
        put_at(source_with("web"), ("spec", "prometheus"), {"address": "http://prometheus"}),
        source_with("web"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A Release, what its status says, a change of it that is refused, and one that passes."""

    spec: dict[str, Any]
    sides: tuple[str, ...] = ("stable", "candidate")
    refused: dict[str, Any]
    passes: dict[str, Any]


def by(**router: Any) -> dict[str, Any]:
    """The least spec with this router."""
    return {**LEAST, "traffic": router}


def to(**changes: Any) -> dict[str, Any]:
    """A change of the traffic."""
    return {"spec": {"traffic": changes}}


PARENTS = {"parentRefs": [{"name": "public"}]}
REFERRING = {**{name: part for name, part in LEAST.items() if name != "template"}, "workloadRef": {"name": "web"}}
# Every transition rule's first words.
TRANSITIONS: dict[str, Transition] = {
    "traffic: the kind of router": Transition(
        spec=by(gateway=PARENTS),
        refused=to(gateway=None, route={"name": "front"}),
        passes=to(gateway={"parentRefs": [{"name": "other"}]}),
    ),
    "traffic.route: another route": Transition(
        spec=by(route={"name": "front", "rule": "main"}),
        refused=to(route={"rule": "other"}),
        passes=to(route={"name": "front"}, drain="1s"),
    ),
    "traffic.routes: other routes": Transition(
        spec=by(routes=[{"name": "front"}, {"name": "mesh"}]),
        refused=to(routes=[{"name": "front"}]),
        passes=to(routes=[{"name": "mesh"}, {"name": "front"}]),
    ),
    "traffic.ingress: another Ingress": Transition(
        spec=by(ingress={"name": "front"}),
        refused=to(ingress={"name": "other"}),
        passes=to(ingress={"name": "front"}, drain="1s"),
    ),
    "traffic.nodeRatio: may not": Transition(
        spec=by(podRatio={"service": "web"}),
        sides=("stable",),
        refused=to(podRatio=None, nodeRatio={}),
        passes=to(podRatio=None, route={"name": "front"}),
    ),
    "workloadRef: a Deployment may not": Transition(
        spec=REFERRING,
        sides=("stable",),
        refused={"spec": {"workloadRef": None, "template": {"spec": {}}}},
        passes={"spec": {"workloadRef": {"scaleDown": "Progressively"}}},
    ),
}

RULES_FOUND = [rule for schema in CRDS.values() for rule in rules(schema)]
# A rule that names what it found has other words: tests/integration/test_crd_variables.py.
# Those of a shape are broken with the bounds.
PLAIN = [rule for rule in RULES_FOUND if "messageExpression" not in rule and rule["message"] not in WORDS.values()]
MESSAGES = sorted({rule["message"] for rule in PLAIN if "oldSelf" not in rule["rule"]})
TRANSITION_MESSAGES = sorted({rule["message"] for rule in RULES_FOUND if "oldSelf" in rule["rule"]})


def test_every_case_is_of_a_rule_that_a_crd_has() -> None:
    assert not [words for words in RULES if not any(message.startswith(words) for message in MESSAGES)]
    assert not [words for words in TRANSITIONS if not any(found.startswith(words) for found in TRANSITION_MESSAGES)]


@pytest.mark.parametrize("message", MESSAGES)
def test_every_rule_refuses_in_its_words_and_lets_the_rest_pass(api: Api, message: str) -> None:
    refused, passes = next(pair for words, pair in RULES.items() if message.startswith(words))
    assert message in refusal(api, refused)
    assert refusal(api, passes) == ""


@pytest.mark.parametrize("message", TRANSITION_MESSAGES)
def test_every_rule_of_a_change_refuses_in_its_words_and_lets_the_rest_pass(
    api: Api, namespace: str, alone: None, message: str
) -> None:
    case = next(case for words, case in TRANSITIONS.items() if message.startswith(words))
    metadata = {"name": "web", "namespace": namespace}
    api.create(
        RELEASES, {"apiVersion": "tidegate.dev/v1alpha1", "kind": "Release", "metadata": metadata, "spec": case.spec}
    )
    if case.sides:
        assert refused_change(api, namespace, case.refused) == ""
        sides = {side: {"revision": side} for side in case.sides}
        api.merge(RELEASES, namespace, "web/status", {"status": sides})

    assert message in refused_change(api, namespace, case.refused)
    assert refused_change(api, namespace, case.passes) == ""


def refused_change(api: Api, namespace: str, body: dict[str, Any]) -> str:
    """The words with which a change is refused; empty where it is taken. Nothing is kept."""
    try:
        api.try_merge(RELEASES, namespace, "web", body)
    except ApiException as error:
        return str(error.body)

    return ""


@pytest.mark.parametrize("port", [*PORTS, *NO_PORTS], ids=repr)
def test_a_target_port_is_what_a_service_takes(api: Api, port: int | str) -> None:
    words = refusal(api, release_with(("spec", "service"), {"port": 80, "targetPort": port}))

    assert ("targetPort: must be a number from 1 to 65535" in words) is (port in NO_PORTS)
    assert bool(words) is (port in NO_PORTS)


def test_explain_reads_well(setup: Setup) -> None:
    words = setup.plane.kubectl("explain", "release.spec.steps")
    for part in ("weight", "dwell", "The candidate's share of traffic, in percent.", "-required-"):
        assert part in words


def test_defaults_are_written_out(api: Api, namespace: str) -> None:
    manifest = yaml.safe_load((ROOT / "examples" / "minimal.yaml").read_text())
    manifest["metadata"]["namespace"] = namespace
    spec = copy.deepcopy(api.create(RELEASES, manifest)["spec"])
    assert [found["weight"] for found in spec["steps"]] == [5, 25, 50]
    # Which objectives hold where none are declared depends on the sets beside them.
    assert "objectives" not in spec
    assert spec["traffic"]["drain"] == "30s"
