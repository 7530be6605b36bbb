"""Claims about what a step shows beside its weight, and whom it waits for."""

import base64
from typing import Any

from tests.cluster.api import GATEWAY_CLASSES, JOBS, QUOTAS, REPLICA_SETS, ROUTES, SERVICES, Object
from tests.cluster.metric_source import Answer
from tests.integration.examples.claims.registry import claim
from tests.integration.examples.claims.seen import AT_REST, PROMOTED, climb, size_of, weights
from tests.integration.examples.example import Example
from tests.integration.hooks import bodies
from tests.integration.manifests import message_has, phase_is
from tests.integration.steps import gateway

ISTIO = "istio.io/gateway-controller"


@claim
def ab_test(example: Example) -> None:
    """Testers and the beta group get the candidate, judged, before anyone else; then their rule goes."""
    first = example.serve()
    answer = example.says(0.0)
    example.change()
    candidate = example.at("testers")
    matched, main = example.get(ROUTES, "basket")["spec"]["rules"]
    by_header, by_cookie = (match["headers"][0] for match in matched["matches"])
    assert (by_header["name"], by_header["value"]) == ("X-Tester", "yes")
    assert by_cookie["name"] == "Cookie"
    assert "group=beta" in by_cookie["value"]
    assert [ref["weight"] for ref in matched["backendRefs"]] == [0, 100]
    assert [ref["weight"] for ref in main["backendRefs"]] == [100, 0]
    assert example.size(candidate) == 2

    example.until(lambda found: found["status"]["step"]["name"] == "quarter")
    assert answer.asked
    example.promoted(after=first)
    assert len(example.get(ROUTES, "basket")["spec"]["rules"]) == 1


@claim
def affinity(example: Example) -> None:
    """A cookie with the candidate's revision keeps who saw it there, until the rollout is over."""
    first = example.serve()
    example.change()
    candidate = example.at("first")
    kept, main = example.get(ROUTES, "account")["spec"]["rules"]
    assert f"account-version={candidate}" in kept["matches"][0]["headers"][0]["value"]
    assert [ref["weight"] for ref in kept["backendRefs"]] == [0, 100]
    added = main["backendRefs"][1]["filters"][0]["responseHeaderModifier"]["add"][0]["value"]
    assert added == f"account-version={candidate}; Path=/; Max-Age=7200; HttpOnly"
    assert example.size(candidate) == 2

    example.promoted(after=first)

    (rule,) = example.get(ROUTES, "account")["spec"]["rules"]
    assert not any(ref.get("filters") for ref in rule["backendRefs"])


@claim
def mirror(example: Example) -> None:
    """A gateway that copies nothing is refused by name; one that does gets the filter before any weight."""
    example.apply()
    refused = example.reason("FeatureMissing")
    assert "HTTPRouteRequestMirror" in refused["message"]
    assert example.api.all(REPLICA_SETS, example.namespace) == []
    # A Gateway of a class that copies; nobody serves it here, so time confirms.
    gateway(example.api, example.namespace, ISTIO)
    example.afterwards(example.api.delete, GATEWAY_CLASSES, None, example.namespace)
    example.edit(traffic={"confirm": "Settle", "gateway": {"parentRefs": [{"name": "own"}]}})
    first = str(example.phase("Promoted")["stable"]["revision"])
    example.change()

    candidate = example.at("copies")
    (rule,) = example.get(ROUTES, "recommender")["spec"]["rules"]
    copies = next(found["requestMirror"] for found in rule["filters"] if found["type"] == "RequestMirror")
    assert (copies["backendRef"]["name"], copies["percent"]) == ("recommender-candidate", 10)
    assert [ref["weight"] for ref in rule["backendRefs"]] == [100, 0]
    assert example.size(candidate) == 2
    # Copies are judged by what the pods count: that the gateway counts nothing holds only the next step.
    example.says(None, **{"vector(0)": 0.0})
    held = example.reason("NoSignal")
    assert held["step"]["name"] == "first"
    example.says(0.0)
    example.promoted(after=first)
    assert not example.get(ROUTES, "recommender")["spec"]["rules"][0].get("filters")


@claim
def blue_green(example: Example) -> None:
    """At full size behind the preview Service, without traffic, until a person switches all of it."""
    first = example.serve()
    example.change()
    candidate = example.phase("Paused")["candidate"]["revision"]
    assert weights(example.get(ROUTES, "ledger")) == AT_REST
    assert (example.size(first), example.size(candidate)) == (4, 4)
    preview = example.get(SERVICES, "ledger-candidate")["spec"]["selector"]
    assert preview["tidegate.dev/revision"] == candidate

    switched = {"promote": f"{candidate}/preview/1"}
    assert example.course(ROUTES, "ledger", weights, PROMOTED, lambda: example.ask(**switched)) == climb()
    example.promoted(after=first)


@claim
def paused_step(example: Example) -> None:
    """A person opens the way to half of the traffic, by the annotation that the status names."""
    first = example.serve()
    example.change()
    paused = example.phase("Paused")
    assert weights(example.get(ROUTES, "search")) == (90, 10)
    candidate = paused["candidate"]["revision"]
    assert f"tidegate.dev/promote: {candidate}/first/" in paused["message"]

    opened = {"promote": f"{candidate}/first/1"}
    course = example.course(ROUTES, "search", weights, PROMOTED, lambda: example.ask(**opened))
    assert course == [(90, 10), (50, 50), (0, 100), AT_REST]
    example.promoted(after=first)


@claim
def step_deadline(example: Example) -> None:
    """Nothing says that it is well: the first step rolls back at its deadline, the last one holds for a person."""
    first = example.serve()
    example.says(None)
    example.change()
    rolled_back = example.phase("RolledBack")
    assert (rolled_back["reason"], rolled_back["stable"]["revision"]) == ("StepDeadline", first)
    assert "first" in rolled_back["message"]

    counted = example.says(0.0)

    def fall_silent() -> None:
        """From the last step's first question on: what it had seen before would let it go on."""
        if weights(example.get(ROUTES, "basket")) == (50, 50):
            counted.value = None

    counted.told = fall_silent
    example.ask(retry="1")
    example.see(ROUTES, "basket", lambda found: weights(found) == (50, 50))

    candidate = example.reason("StepDeadline")["candidate"]["revision"]
    assert weights(example.get(ROUTES, "basket")) == (50, 50)
    example.says(0.0)
    example.ask(promote=f"{candidate}/half/1")
    example.promoted(after=first)


@claim
def hooks(example: Example) -> None:
    """The board's no holds before the first pod, the load test's rolls back before half; all that say yes are asked."""
    # Room for stable and half a candidate, and none for the load test's pod: its Job runs until somebody deletes it.
    first = example.serve(secret("board", "tidegate.dev/hook", token="known"), quota(6))
    example.listener.says = refusal = Answer(status=500, body=b"not today")
    example.change()
    waits = example.until(message_has("HTTP 500: not today"))["status"]
    assert waits["reason"] == "HookWaits"
    assert sizes(example) == {first: 4, waits["candidate"]["revision"]: 0}
    assert refusal.asked_with[0]["Authorization"] == "Bearer known"
    assert bodies(example.listener)[0]["when"] == "BeforeRollout"

    example.listener.says = Answer(status=204, body=b"")
    held = example.until(message_has("hook load", "runs"))["status"]
    assert (held["reason"], weights(example.get(ROUTES, "payments"))) == ("HookWaits", (90, 10))
    (job,) = example.api.all(JOBS, example.namespace)
    assert job["spec"]["template"]["spec"]["containers"][0]["args"] == ["http://payments-candidate"]
    assert job["spec"]["activeDeadlineSeconds"] in range(1, 15 * 60 + 1)

    # That is a no, and none that is waited out.
    example.api.delete(JOBS, example.namespace, job["metadata"]["name"])
    refused = example.until(lambda found: phase_is("RolledBack")(found) and not found["status"].get("notices"))
    assert refused["status"]["reason"] == "HookRefused"
    told = bodies(example.listener)
    assert [body["when"] for body in told] == ["BeforeRollout", "OnRollback"]
    assert told[-1]["reason"] == "HookRefused"

    example.listener.says = Answer(status=204, body=b"")
    example.merge(QUOTAS, "pods", {"spec": {"hard": {"pods": "12"}}})
    example.ask(retry="1")
    example.promoted(after=first)
    example.until(lambda found: not found["status"].get("notices"))
    asked = [body["when"] for body in bodies(example.listener)]
    assert asked == ["BeforeRollout", "BeforePromotion", "AfterPromotion"]
    (job,) = example.api.all(JOBS, example.namespace)
    assert job["status"]["succeeded"] == 1


def quota(room: int) -> Object:
    """So many pods, and no more."""
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "pods"},
        "spec": {"hard": {"pods": str(room)}},
    }


def secret(name: str, label: str, **data: str) -> Object:
    metadata: Any = {"name": name, "labels": {label: "true"}}
    encoded = {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": encoded}


def sizes(example: Example) -> dict[str, int]:
    """The pods that each revision is to have."""
    found = example.api.all(REPLICA_SETS, example.namespace)
    return {seen["metadata"]["labels"]["tidegate.dev/revision"]: seen["spec"]["replicas"] for seen in found}


@claim
def not_judged(example: Example) -> None:
    """Pods and time alone decide, and the status says so."""
    first = example.serve()
    example.change()
    candidate = example.at("one-pod")
    assert weights(example.get(ROUTES, "static-pages")) == (90, 10)
    assert example.size(candidate) == 1
    assert "nothing is judged" in example.status["message"]

    example.promoted(after=first)

    assert example.numbers.says.asked == []


@claim
def first_rollout_steps(example: Example) -> None:
    """The first revision's pods rise by the steps, and traffic comes with the last of them."""
    example.apply()
    paused = example.phase("Paused")
    revision = paused["candidate"]["revision"]
    assert sizes(example) == {revision: 1}

    opened = {"promote": f"{revision}/one/1"}
    grown = example.course(REPLICA_SETS, f"mailer-{revision}", size_of, [8], lambda: example.ask(**opened))
    assert grown == [1, 4, 8]
    assert example.phase("Promoted")["stable"]["revision"] == revision

    # The next one has steps of traffic.
    example.change()
    candidate = example.phase("Paused")["candidate"]["revision"]
    assert weights(example.get(ROUTES, "mailer")) == (90, 10)
    example.ask(promote=f"{candidate}/one/2")
    example.promoted(after=revision)


@claim
def finish_first(example: Example) -> None:
    """Each rollout ends first, the newest waits, and those between are superseded; three past revisions are kept."""
    first = example.serve()
    example.change("2")
    second = example.at("first")
    example.change("3")
    example.change("4")

    assert example.promoted(after=first) == second
    fourth = example.promoted(after=second)
    history = example.status["history"]
    assert [(line["revision"], line["outcome"]) for line in history] == [
        (revision, "Promoted") for revision in (fourth, second, first)
    ]

    fifth = changed_at_once(example, "5", fourth)
    changed_at_once(example, "6", fifth)
    example.gone(REPLICA_SETS, f"feed-{first}")
    assert len(example.api.all(REPLICA_SETS, example.namespace)) == 1 + 3


def changed_at_once(example: Example, version: str, before: str) -> str:
    """Promote another version without waiting for its steps."""
    example.change(version)
    example.at("first")
    example.ask(promote_full=version)
    return example.promoted(after=before)
