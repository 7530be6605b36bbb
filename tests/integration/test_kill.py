"""SIGKILL before and after every single write of a rollout: whatever is left half done, the next process ends right."""

import json

from tests.cluster.api import DEPLOYMENTS, JOBS, RELEASES, REPLICA_SETS, ROUTES, SERVICES, Api, Object
from tests.cluster.metric_source import Answer, MetricServer
from tests.integration.conftest import COUNTER
from tests.integration.deployments import deployment, emptied, taking_over
from tests.integration.hooks import AT_ONCE, bodies, check, hook, job_hook
from tests.integration.leaving import leave, passing
from tests.integration.manifests import ended, judged, phase_is, promoted, release, template
from tests.integration.mortal import KILL_SECONDS, Mortal
from tests.integration.proxy import EVERY, Side, Write
from tests.integration.users_routes import managers, shares, users_route


def weights_written(writes: list[Write]) -> list[int]:
    """The candidate's weights in the order in which they reached the server."""
    found = []
    for write in writes:
        if "/httproutes/" in write.path and write.verb == "PATCH":
            operations = json.loads(write.body)
            found += [entry["value"] for entry in operations if entry["path"].endswith("/1/weight")]

    return found


def one_rollout(api: Api, mortal: Mortal, point: int, side: Side, metrics: MetricServer | None) -> tuple[str, Object]:
    """Deploy, change, die at the point, live again; the Release at its end."""
    namespace = api.namespace(f"kill-{next(COUNTER)}")
    changes = {}
    if metrics:
        metrics.says = Answer(value=0.0)
        metrics.declare(api, namespace)
        changes = judged(steps=[{"name": "first", "weight": 20, "dwell": "1h"}], promotion={"watch": "0s"})

    api.create(RELEASES, release(namespace, **changes))
    first = api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    with mortal.dying_at(namespace, point, side):
        if metrics:
            metrics.says = Answer(value=1.0)

        api.merge(RELEASES, namespace, "web", {"spec": {"template": template("2")}})
        api.until(
            RELEASES, namespace, "web", lambda found: phase_is("Promoted", "RolledBack")(found) and ended(2)(found)
        )
        if not metrics:
            old = f"web-{first['status']['stable']['revision']}"
            api.until(REPLICA_SETS, namespace, old, lambda found: found["spec"]["replicas"] == 0)

    return namespace, api.get(RELEASES, namespace, "web")


def serving(api: Api, namespace: str) -> tuple[list[int], set[str]]:
    """The route's weights, and the revisions that our Services select."""
    refs = api.get(ROUTES, namespace, "web")["spec"]["rules"][0]["backendRefs"]
    revisions = {found["spec"]["selector"]["tidegate.dev/revision"] for found in api.all(SERVICES, namespace)}
    return [ref["weight"] for ref in refs], revisions


def test_a_good_rollout_survives_a_kill_at_every_write(api: Api, mortal: Mortal) -> None:
    one_rollout(api, mortal, -1, Side.BEFORE, None)
    for point, side in mortal.moments(*Side, least=10):
        namespace, found = one_rollout(api, mortal, point, side, None)
        where = f"killed {side.value} write {point}"
        assert found["status"]["phase"] == "Promoted", where
        new = found["status"]["stable"]["revision"]
        assert new != found["status"]["history"][1]["revision"], where
        assert serving(api, namespace) == ([100, 0], {new}), where
        written = weights_written(mortal.proxy.writes)
        rising = written[: written.index(100) + 1]
        assert rising == sorted(rising), where
        assert set(written[written.index(100) :]) == {100, 0}, where
        leave(api, namespace)


def test_a_breach_survives_a_kill_at_every_write(api: Api, mortal: Mortal) -> None:
    with MetricServer() as metrics:
        one_rollout(api, mortal, -1, Side.BEFORE, metrics)
        for point, side in mortal.moments(*Side, least=10):
            namespace, found = one_rollout(api, mortal, point, side, metrics)
            where = f"killed {side.value} write {point}"
            assert (found["status"]["phase"], found["status"]["reason"]) == ("RolledBack", "ObjectiveBreached"), where
            old = found["status"]["stable"]["revision"]
            weights, revisions = serving(api, namespace)
            assert weights == [100, 0], where
            assert revisions - {old} <= {found["status"]["history"][0]["revision"]}, where
            written = weights_written(mortal.proxy.writes)
            assert written[written.index(20) :] == sorted(written[written.index(20) :], reverse=True), where
            assert set(written) <= {20, 0}, where
            leave(api, namespace)


def one_takeover(api: Api, mortal: Mortal, point: int) -> None:
    """A Deployment is taken over and handed back; the operator dies after one of its writes, and lives again."""
    with passing(api, f"take-{next(COUNTER)}") as namespace:
        api.create(DEPLOYMENTS, deployment(namespace))
        api.until(DEPLOYMENTS, namespace, "web", lambda found: found.get("status", {}).get("availableReplicas") == 2)
        api.apply(ROUTES, users_route(namespace), manager="kustomize-controller")
        with mortal.dying_at(namespace, point):
            api.create(RELEASES, taking_over(namespace))
            api.until(RELEASES, namespace, "web", phase_is("Promoted"))
            api.until(DEPLOYMENTS, namespace, "web", emptied)
            api.delete(RELEASES, namespace, "web")
            api.gone(RELEASES, namespace, "web")

        where = f"killed after write {point}"
        found = api.get(DEPLOYMENTS, namespace, "web")
        assert (found["spec"]["replicas"], found["status"]["availableReplicas"]) == (2, 2), where
        assert not found["spec"].get("paused"), where
        assert "tidegate" not in managers(found), where
        assert shares(api.get(ROUTES, namespace, "front")) == [1, 0], where
        selector = api.get(SERVICES, namespace, "web-stable")["spec"]["selector"]
        assert selector == {"app": "web"}, where


def test_a_takeover_and_a_hand_back_survive_a_kill_after_every_write(api: Api, mortal: Mortal) -> None:
    mortal.every_point(lambda point: one_takeover(api, mortal, point), least=12)


def test_rollouts_in_several_namespaces_survive_kills_in_their_midst(api: Api, mortal: Mortal) -> None:
    namespaces = [api.namespace(f"many-{next(COUNTER)}") for _ in range(6)]
    for namespace in namespaces:
        api.create(RELEASES, release(namespace))

    for namespace in namespaces:
        api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    for version, point in (("2", 20), ("3", 50)):
        with mortal.dying_at(EVERY, point):
            for namespace in namespaces:
                api.merge(RELEASES, namespace, "web", {"spec": {"template": template(version)}})

            for namespace in namespaces:
                api.until(RELEASES, namespace, "web", promoted(int(version)))

        for namespace in namespaces:
            found = api.get(RELEASES, namespace, "web")
            assert serving(api, namespace) == ([100, 0], {found["status"]["stable"]["revision"]})

    assert mortal.deaths == 2


def one_hooked_rollout(api: Api, mortal: Mortal, listener: MetricServer, point: int) -> None:
    """Two rises that a Job opens and another judges, and a promotion that an address opens: each is asked once."""
    with passing(api, f"hooked-{next(COUNTER)}") as namespace:
        hooks = [job_hook(AT_ONCE), hook(listener, "BeforePromotion")]
        steps = [{"name": "half", "weight": 50}]
        api.create(RELEASES, release(namespace, steps=steps, hooks=hooks, objectives=[check(AT_ONCE)]))
        api.until(RELEASES, namespace, "web", phase_is("Promoted"))
        listener.says = Answer(status=204, body=b"")
        with mortal.dying_at(namespace, point):
            api.merge(RELEASES, namespace, "web", {"spec": {"template": template("2")}})
            api.until(RELEASES, namespace, "web", promoted(2))

        where = f"killed after write {point}"
        assert len(api.all(JOBS, namespace)) == 4, where
        assert len({body["id"] for body in bodies(listener)}) == 1, where
        assert serving(api, namespace)[0] == [100, 0], where


def test_hooks_survive_a_kill_after_every_write_and_no_job_is_made_twice(api: Api, mortal: Mortal) -> None:
    with MetricServer() as listener:
        mortal.every_point(lambda point: one_hooked_rollout(api, mortal, listener, point), least=12)


def test_a_kill_between_the_asking_and_the_record_asks_the_same_question_again(api: Api, mortal: Mortal) -> None:
    with MetricServer() as listener:
        namespace = api.namespace(f"hooked-{next(COUNTER)}")
        steps = [{"name": "half", "weight": 50}]
        api.create(RELEASES, release(namespace, steps=steps, hooks=[hook(listener, steps=["half"])]))
        api.until(RELEASES, namespace, "web", phase_is("Promoted"))
        dying = Answer(status=204, body=b"", told=mortal.kill)
        listener.says = dying
        api.merge(RELEASES, namespace, "web", {"spec": {"template": template("2")}})
        assert dying.heard.wait(KILL_SECONDS)
        found = api.get(RELEASES, namespace, "web")
        assert "saidYes" not in found["status"]["rollout"]
        first = bodies(listener)

        listener.says = Answer(status=204, body=b"")
        mortal.start()

        api.until(RELEASES, namespace, "web", promoted(2))
        assert bodies(listener) == first
        assert len(first) == 1
