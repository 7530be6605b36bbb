"""Hooks at real addresses and as real Jobs: what is a yes, what is not yet, and that nobody is asked in vain."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.api import JOBS, PODS, RELEASES, REPLICA_SETS, SECRETS, Api
from tests.cluster.metric_source import Answer, MetricServer
from tests.cluster.operator import Operator
from tests.integration.hooks import AT_ONCE, FOREVER, MISSPELT, bodies, fail_pod_of, hook, job_hook
from tests.integration.manifests import QUICK_STEPS, message_has, phase_is, reason_is
from tests.integration.steps import change, deploy, eventually_told, weights

ASKED_ONCE = [{"name": "half", "weight": 50}]


@pytest.fixture
def listener() -> Iterator[MetricServer]:
    """Who is asked; set `says` to change the answer."""
    with MetricServer() as server:
        yield server


def test_a_rollout_asks_at_every_place_and_a_yes_opens_each_gate_once(
    api: Api, namespace: str, operator: Operator, listener: MetricServer
) -> None:
    listener.says = Answer(status=204, body=b"")
    places = ["BeforeRollout", "BeforeRise", "BeforePromotion", "AfterPromotion", "OnRollback"]
    first = deploy(api, namespace, steps=QUICK_STEPS, hooks=[hook(listener, when) for when in places])
    assert listener.says.asked == []

    change(api, namespace, "2")
    found = api.until(
        RELEASES, namespace, "web", lambda seen: phase_is("Promoted")(seen) and not seen["status"].get("notices")
    )

    asked = bodies(listener)
    second = found["status"]["stable"]["revision"]
    assert [(body["when"], body.get("step"), body.get("weight")) for body in asked] == [
        ("BeforeRollout", "first", 20),
        ("BeforeRise", "first", 20),
        ("BeforeRise", "half", 50),
        ("BeforeRise", "full", 100),
        ("BeforePromotion", "full", 100),
        ("AfterPromotion", None, None),
    ]
    assert {(body["namespace"], body["release"], body["candidate"]) for body in asked} == {(namespace, "web", second)}
    assert {body["stable"] for body in asked[:-1]} == {first}
    assert asked[-1]["stable"] == second
    assert len({body["id"] for body in asked}) == len(asked)
    assert [headers["Idempotency-Key"] for headers in listener.says.asked_with] == [body["id"] for body in asked]


def test_nothing_of_the_candidate_runs_before_the_rollouts_hook_says_yes(
    api: Api, namespace: str, operator: Operator, listener: MetricServer
) -> None:
    first = deploy(api, namespace, hooks=[hook(listener, "BeforeRollout")])
    listener.says = Answer(status=500, body=b"not today\nand a trace")
    change(api, namespace, "2")

    api.until(RELEASES, namespace, "web", message_has("HTTP 500: not today"))
    assert "trace" not in api.get(RELEASES, namespace, "web")["status"]["message"]
    sizes = {
        found["metadata"]["labels"]["tidegate.dev/revision"]: found["spec"]["replicas"]
        for found in api.all(REPLICA_SETS, namespace)
    }
    assert sizes.pop(first) == 2
    assert list(sizes.values()) == [0]
    assert {pod["metadata"]["labels"]["tidegate.dev/revision"] for pod in api.all(PODS, namespace)} == {first}


@pytest.mark.parametrize(
    ("answer", "timeout", "words"),
    [
        (Answer(status=500, body=b"broken"), "10s", "HTTP 500: broken"),
        (Answer(status=302, body=b"", headers={"Location": "/elsewhere"}), "10s", "HTTP 302"),
        (Answer(seconds=3), "1s", "no answer within 1 s"),
        (Answer(body=b"x" * 2**21), "10s", "larger than"),
    ],
    ids=["500", "redirect", "slow", "huge"],
)
def test_an_answer_that_is_no_yes_holds_with_its_words_and_reconciles(
    api: Api, namespace: str, operator: Operator, listener: MetricServer, answer: Answer, timeout: str, words: str
) -> None:
    http = {"url": listener.address, "timeout": timeout}
    deploy(api, namespace, steps=ASKED_ONCE, hooks=[hook(listener, http=http)])
    listener.says = answer
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", message_has(words))

    conditions = {state["type"]: state["status"] for state in found["status"]["conditions"]}
    assert found["status"]["reason"] == "HookWaits"
    assert conditions == {"Ready": "False", "Reconciling": "True"}
    assert weights(api, namespace) == [100, 0]
    assert len(answer.asked) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1/", "cannot connect to 127.0.0.1:1: Connection refused"),
        ("http://169.254.169.254/latest/meta-data", "link-local"),
        ("http://[::ffff:169.254.169.254]/", "link-local"),
    ],
    ids=["dead", "metadata", "metadata in IPv6"],
)
def test_an_address_that_is_dead_or_forbidden_is_not_yet(
    api: Api, namespace: str, operator: Operator, url: str, words: str
) -> None:
    deploy(api, namespace, steps=ASKED_ONCE, hooks=[{"name": "check", "when": "BeforeRise", "http": {"url": url}}])
    change(api, namespace, "2")

    api.until(RELEASES, namespace, "web", message_has(words))
    assert weights(api, namespace) == [100, 0]


def test_a_certificate_that_nobody_trusts_is_not_yet(api: Api, namespace: str, operator: Operator, setup: Any) -> None:
    url = setup.plane.server
    assert url.startswith("https")
    deploy(api, namespace, steps=ASKED_ONCE, hooks=[{"name": "check", "when": "BeforeRise", "http": {"url": url}}])
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", message_has("hook check is asked:"))
    assert "certificate" in found["status"]["message"].lower()


def test_credentials_come_from_a_secret_and_its_absence_is_not_yet(
    api: Api, namespace: str, operator: Operator, listener: MetricServer
) -> None:
    http = {"url": listener.address, "authSecret": {"name": "key"}}
    deploy(api, namespace, steps=ASKED_ONCE, hooks=[hook(listener, http=http)])
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", message_has("Secret", "key is missing", "tidegate.dev/hook"))
    assert listener.says.asked == []

    metadata = {"name": "key", "namespace": namespace, "labels": {"tidegate.dev/hook": "true"}}
    api.create(SECRETS, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"token": "abc"}})

    # It is asked again after 15 s.
    api.until(RELEASES, namespace, "web", phase_is("Promoted"), 60)
    assert {headers["Authorization"] for headers in listener.says.asked_with} == {"Bearer abc"}


def test_no_yes_in_time_rolls_back_and_says_whose(
    api: Api, namespace: str, operator: Operator, listener: MetricServer
) -> None:
    first = deploy(api, namespace, steps=ASKED_ONCE, hooks=[hook(listener, expiry="1s", onExpiry="RollBack")])
    listener.says = Answer(status=500, body=b"broken")
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert found["status"]["reason"] == "HookRefused"
    assert "beforerise" in found["status"]["message"]
    assert found["status"]["stable"]["revision"] == first
    assert weights(api, namespace) == [100, 0]


def test_no_yes_in_time_holds_until_a_person_opens_the_gate(
    api: Api, namespace: str, operator: Operator, listener: MetricServer
) -> None:
    deploy(api, namespace, steps=ASKED_ONCE, hooks=[hook(listener, expiry="1s", steps=["half"])])
    listener.says = Answer(status=500)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", reason_is("HookRefused"))
    assert weights(api, namespace) == [100, 0]

    api.ask(namespace, "web", promote=f"{found['status']['candidate']['revision']}/half/1")

    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_an_abort_rolls_back_at_once_while_a_hook_waits_and_tells_who_is_to_know(
    api: Api, namespace: str, operator: Operator, listener: MetricServer
) -> None:
    told = hook(listener, "OnRollback")
    with MetricServer() as gate:
        gate.says = Answer(status=500)
        deploy(api, namespace, steps=ASKED_ONCE, hooks=[hook(gate), told])
        change(api, namespace, "2")
        api.until(RELEASES, namespace, "web", reason_is("HookWaits"))

        api.ask(namespace, "web", abort="1")
        api.until(
            RELEASES, namespace, "web", lambda seen: phase_is("RolledBack")(seen) and not seen["status"].get("notices")
        )

    assert [(body["when"], body["reason"]) for body in bodies(listener)] == [("OnRollback", "Aborted")]


def test_nobody_is_asked_again_sooner_than_after_the_interval(
    api: Api, namespace: str, operator: Operator, listener: MetricServer
) -> None:
    first, second = Answer(status=500), Answer(status=200)
    listener.says = first
    deploy(api, namespace, steps=ASKED_ONCE, hooks=[hook(listener, steps=["half"])])
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", message_has("HTTP 500"))
    listener.says = second

    # What stops a rollout for a moment is no reason to ask at once when it is over.
    api.ask(namespace, "web", suspend="Advance")
    api.until(RELEASES, namespace, "web", reason_is("Suspended"))
    api.ask(namespace, "web", suspend=None)

    api.until(RELEASES, namespace, "web", phase_is("Promoted"), 60)
    assert len(first.asked) == len(second.asked) == 1
    assert second.asked[0][0] - first.asked[0][0] > 14
    assert json.loads(first.asked[0][1])["id"] == json.loads(second.asked[0][1])["id"]


def test_who_is_told_in_vain_holds_nothing_and_people_learn_of_it(
    api: Api, namespace: str, operator: Operator, listener: MetricServer
) -> None:
    deploy(api, namespace, steps=ASKED_ONCE, hooks=[job_hook(FOREVER, "AfterPromotion", expiry="1s")])
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    api.until(RELEASES, namespace, "web", lambda seen: not seen["status"].get("notices"))
    eventually_told(api, namespace, "HookUnheard", "afterpromotion")


def test_a_job_that_completes_opens_its_gate_and_is_ours(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, steps=QUICK_STEPS, hooks=[job_hook(AT_ONCE)])
    change(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    jobs = api.all(JOBS, namespace)
    assert len(jobs) == 3
    for job in jobs:
        assert job["metadata"]["ownerReferences"][0]["uid"] == found["metadata"]["uid"]
        assert job["metadata"]["labels"]["tidegate.dev/hook"] == "beforerise"
        assert job["spec"]["ttlSecondsAfterFinished"] > 24 * 3600
        assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_a_misspelt_field_of_a_jobs_template_is_refused_by_its_name_and_not_dropped(
    api: Api, namespace: str, operator: Operator
) -> None:
    """A Job without the command that was meant would say yes to anything."""
    deploy(api, namespace, steps=ASKED_ONCE, hooks=[job_hook(MISSPELT)])
    change(api, namespace, "2")
    found = api.until(
        RELEASES, namespace, "web", message_has('unknown field "spec.template.spec.containers[0].comand"')
    )

    assert found["status"]["reason"] == "HookWaits"
    assert api.all(JOBS, namespace) == []
    assert found["status"]["step"]["weight"] == 0


def test_a_job_that_fails_is_a_no_with_its_name(api: Api, namespace: str, operator: Operator) -> None:
    first = deploy(api, namespace, steps=ASKED_ONCE, hooks=[job_hook(FOREVER, onExpiry="RollBack")])
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", message_has("Job web-", "runs"))
    name = api.all(JOBS, namespace)[0]["metadata"]["name"]
    fail_pod_of(api, namespace, name)

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert f"Job {name} failed" in found["status"]["message"]
    assert found["status"]["stable"]["revision"] == first
    assert weights(api, namespace) == [100, 0]


def test_a_job_that_is_deleted_is_not_made_again(api: Api, namespace: str, operator: Operator) -> None:
    deploy(api, namespace, steps=ASKED_ONCE, hooks=[job_hook(FOREVER)])
    change(api, namespace, "2")
    api.until(
        RELEASES, namespace, "web", lambda seen: (seen["status"].get("rollout") or {}).get("waiting", {}).get("started")
    )
    name = api.all(JOBS, namespace)[0]["metadata"]["name"]

    api.delete(JOBS, namespace, name)

    found = api.until(RELEASES, namespace, "web", reason_is("HookRefused"))
    assert "gone" in found["status"]["message"]
    assert api.all(JOBS, namespace) == []


def test_a_step_beyond_its_deadline_rolls_back(api: Api, namespace: str, operator: Operator) -> None:
    steps = [
        {"name": "first", "weight": 20, "pause": "UntilPromoted", "deadline": "60s"},
        {"name": "half", "weight": 50},
    ]
    deploy(api, namespace, steps=steps)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    assert "stoodSince" in found["status"]["rollout"]

    late = [{"name": "first", "weight": 20, "dwell": "1s", "deadline": "2s"}]
    api.ask(namespace, "web", abort="1")
    api.merge(RELEASES, namespace, "web", {"spec": {"steps": late, "minReadySeconds": 3600}})
    api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    change(api, namespace, "3")

    found = api.until(RELEASES, namespace, "web", lambda seen: len(seen["status"]["history"]) == 3)
    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))
    assert found["status"]["reason"] == "StepDeadline"
