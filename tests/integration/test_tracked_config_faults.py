"""Tracked configuration in trouble: rights that lack, copies that are refused, deaths around a copy."""

import pytest

from tests.cluster.api import CONFIG_MAPS, RELEASES, REPLICA_SETS, Api, Object
from tests.cluster.operator import Operator
from tests.integration.conftest import COUNTER
from tests.integration.manifests import phase_is, promoted, reason_is, stable_of
from tests.integration.mortal import KILL_SECONDS, Mortal
from tests.integration.proxy import Proxy, Side
from tests.integration.tracked_config import (
    PAUSED,
    config_map,
    copies,
    deployed,
    edit,
    named,
    tracking,
)
from tidegate.workloads import content_of

COPIED = "/configmaps"


def faithful(api: Api, namespace: str) -> bool:
    """True where every copy holds what its name says."""
    return all(
        name == f"web-settings-{content_of('ConfigMap', {'metadata': {'name': 'settings'}, 'data': {'colour': text}})}"
        for name, text in copies(api, namespace).items()
    )


def refused(api: Api, namespace: str, proxied: tuple[Proxy, Operator], path: str, reason: str) -> Object:
    """What a Release says while the API server refuses a path; it is served once that is over."""
    proxy, operator = proxied
    # Releases of other tests may track already: what is refused is refused from the start.
    operator.kill()
    proxy.refusing = (path, 403)
    operator.start()
    api.create(CONFIG_MAPS, config_map(namespace))
    api.create(RELEASES, tracking(namespace))

    found = api.until(RELEASES, namespace, "web", reason_is(reason))

    assert found["status"]["phase"] == "Stalled"
    assert not api.all(REPLICA_SETS, namespace)
    proxy.refusing = None
    api.until(RELEASES, namespace, "web", phase_is("Promoted"), 60)
    return found


def test_without_the_right_to_watch_a_release_says_which_value_of_the_chart_grants_it(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator]
) -> None:
    found = refused(api, namespace, proxied, "^/api/v1/configmaps$", "ConfigUnreadable")

    assert "trackConfig.enabled" in found["status"]["message"]


def test_a_config_map_that_cannot_be_read_is_named_with_the_servers_words(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator]
) -> None:
    found = refused(api, namespace, proxied, f"/{namespace}/configmaps/settings$", "ConfigUnreadable")

    assert found["status"]["message"].startswith("spec.trackConfig: ConfigMap settings (container web, envFrom)")
    assert "made by a test" in found["status"]["message"]


def test_a_copy_that_the_server_refuses_is_said_in_its_words(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator]
) -> None:
    found = refused(api, namespace, proxied, f"/namespaces/{namespace}/configmaps$", "Refused")

    assert "made by a test" in found["status"]["message"]


def test_a_config_map_that_cannot_be_read_in_mid_rollout_rolls_nothing_back(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator]
) -> None:
    proxy, _ = proxied
    deployed(api, namespace, steps=PAUSED)
    edit(api, namespace, "2")
    candidate = api.until(RELEASES, namespace, "web", reason_is("Paused"))["status"]["candidate"]["revision"]
    proxy.refusing = (f"/{namespace}/configmaps/settings$", 500)
    edit(api, namespace, "3")

    found = api.until(RELEASES, namespace, "web", reason_is("ConfigUnreadable"))

    assert found["status"]["candidate"]["revision"] == candidate
    proxy.refusing = None
    # It is tried again in a quarter of a minute.
    api.until(
        RELEASES, namespace, "web", lambda found: found["status"].get("candidate", {}).get("revision") != candidate, 60
    )


def test_an_edit_between_the_decision_and_the_copy_is_decided_on_again(
    api: Api, namespace: str, proxied: tuple[Proxy, Operator]
) -> None:
    proxy, _ = proxied
    deployed(api, namespace)
    proxy.arm(namespace, 0, Side.AFTER, lambda: edit(api, namespace, "3"))
    edit(api, namespace, "2")

    assert proxy.struck.wait(KILL_SECONDS)
    found = api.until(RELEASES, namespace, "web", lambda found: promoted(2)(found) and stable_text(api, found) == "3")

    assert faithful(api, namespace)
    assert found["status"]["history"][0]["outcome"] == "Promoted"


def killed(api: Api, mortal: Mortal, point: int, side: Side) -> str:
    """An edit is rolled out and the operator dies at the point; the namespace."""
    namespace = api.namespace(f"config-{next(COUNTER)}")
    deployed(api, namespace, revisionHistoryLimit=0)
    mortal.proxy.arm(namespace, point, side, mortal.kill)
    edit(api, namespace, "2")
    assert point < 0 or mortal.proxy.struck.wait(KILL_SECONDS)
    return namespace


@pytest.fixture
def copied(api: Api, mortal: Mortal) -> int:
    """Which of a rollout's writes creates the copy; the next one creates the ReplicaSet that names it."""
    namespace = killed(api, mortal, -1, Side.BEFORE)
    api.until(RELEASES, namespace, "web", promoted(2))
    paths = [write.path.rsplit("/", 1)[-1] for write in mortal.proxy.writes if write.verb == "POST"]
    assert paths[:2] == ["configmaps", "replicasets"]
    return next(place for place, write in enumerate(mortal.proxy.writes) if write.path.endswith(COPIED))


def test_a_kill_around_a_copy_and_its_replica_set_ends_in_one_rollout(api: Api, mortal: Mortal, copied: int) -> None:
    for point, side in [(point, side) for point in (copied, copied + 1) for side in Side]:
        namespace = killed(api, mortal, point, side)
        mortal.start()

        found = api.until(RELEASES, namespace, "web", promoted(2))
        where = f"killed {side.value} write {point}"
        second = stable_of(found)
        assert len(found["status"]["history"]) == 2, where
        assert [copies(api, namespace)[name] for name in named(api, namespace, second)] == ["2"], where
        assert faithful(api, namespace), where


def test_a_copy_that_a_death_left_behind_is_collected(api: Api, mortal: Mortal, copied: int) -> None:
    namespace = killed(api, mortal, copied, Side.AFTER)
    left = copies(api, namespace)
    assert sorted(left.values()) == ["1", "2"]
    edit(api, namespace, "3")
    mortal.start()

    found = api.until(RELEASES, namespace, "web", lambda found: promoted(2)(found) and stable_text(api, found) == "3")

    for name in left:
        api.gone(CONFIG_MAPS, namespace, name)

    assert sorted(copies(api, namespace)) == named(api, namespace, stable_of(found))


def stable_text(api: Api, found: Object) -> str:
    """What stable's pods read."""
    namespace = found["metadata"]["namespace"]
    return copies(api, namespace)[named(api, namespace, stable_of(found))[0]]
