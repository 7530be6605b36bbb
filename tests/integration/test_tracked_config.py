"""Configuration as part of a revision: a change is a rollout, and every revision keeps its own."""

import base64

from tests.cluster.api import (
    CONFIG_MAPS,
    DEPLOYMENTS,
    PODS,
    RELEASES,
    REPLICA_SETS,
    ROUTES,
    SECRETS,
    Api,
)
from tests.cluster.operator import Operator
from tests.integration.conftest import Setup
from tests.integration.deployments import deployment, emptied
from tests.integration.manifests import phase_is, promoted, reason_is, release, stable_of, template
from tests.integration.steps import weights
from tests.integration.tracked_config import PAUSED, config_map, copies, deployed, edit, named, tracking, using

OPT_OUT = {"tidegate.dev/track-config": "false"}


def test_an_edited_config_map_starts_a_rollout_whose_pods_name_the_new_copy(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deployed(api, namespace)
    edit(api, namespace, "2")

    second = stable_of(api.until(RELEASES, namespace, "web", promoted(2)))

    assert second != first
    held = copies(api, namespace)
    assert [held[name] for name in named(api, namespace, first)] == ["1"]
    assert [held[name] for name in named(api, namespace, second)] == ["2"]
    copy = api.get(CONFIG_MAPS, namespace, named(api, namespace, second)[0])
    assert copy["immutable"] is True
    assert copy["metadata"]["ownerReferences"][0]["kind"] == "Release"


def test_an_abort_leaves_stable_on_the_old_copy_and_the_old_content_is_the_way_back_to_ready(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deployed(api, namespace, steps=PAUSED)
    edit(api, namespace, "2")
    api.until(RELEASES, namespace, "web", reason_is("Paused"))
    api.ask(namespace, "web", abort="1")

    found = api.until(RELEASES, namespace, "web", phase_is("RolledBack"))

    assert found["status"]["reason"] == "Aborted"
    assert stable_of(found) == first
    pods = api.all(PODS, namespace, selector=f"tidegate.dev/revision={first}")
    used = {pod["spec"]["containers"][0]["envFrom"][0]["configMapRef"]["name"] for pod in pods}
    assert [copies(api, namespace)[name] for name in used] == ["1"]
    edit(api, namespace, "1")
    api.until(RELEASES, namespace, "web", reason_is("Reverted"))


def test_the_old_content_in_mid_rollout_is_a_rollback_that_rejects_nothing(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deployed(api, namespace, steps=PAUSED)
    edit(api, namespace, "2")
    api.until(RELEASES, namespace, "web", reason_is("Paused"))
    edit(api, namespace, "1")

    found = api.until(RELEASES, namespace, "web", reason_is("Reverted"))

    assert stable_of(found) == first
    assert "rejected" not in found["status"]


def test_an_edit_of_what_its_user_keeps_out_starts_nothing(api: Api, namespace: str, operator: Operator) -> None:
    api.create(CONFIG_MAPS, config_map(namespace, "flags", **OPT_OUT))
    first = deployed(api, namespace, template=using("settings", "flags"))
    edit(api, namespace, "2", "flags")
    edit(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", promoted(2))

    assert len(found["status"]["history"]) == 2
    assert named(api, namespace, first)[1] == "flags"
    assert "flags" in named(api, namespace, stable_of(found))


def test_several_edits_in_a_moment_are_one_rollout(api: Api, namespace: str, operator: Operator) -> None:
    api.create(CONFIG_MAPS, config_map(namespace, "colours"))
    deployed(api, namespace, template=using("settings", "colours"))
    edit(api, namespace, "2")
    edit(api, namespace, "2", "colours")
    api.merge(RELEASES, namespace, "web", {"spec": {"template": using("settings", "colours", version="2")}})

    found = api.until(RELEASES, namespace, "web", promoted(2))

    assert [line["outcome"] for line in found["status"]["history"]] == ["Promoted", "Promoted"]
    assert sorted(copies(api, namespace)[name] for name in named(api, namespace, stable_of(found))) == ["2", "2"]


def test_a_restart_starts_no_rollout(api: Api, namespace: str, setup: Setup, shared: Operator, alone: None) -> None:
    own = Operator(folder=setup.folder / "restarted", kubeconfig=setup.plane.kubeconfig("tidegate"))
    own.start()
    try:
        first = deployed(api, namespace)
        own.kill()
        own.start()
        edit(api, namespace, "2")

        found = api.until(RELEASES, namespace, "web", promoted(2))

        assert [line["revision"] for line in found["status"]["history"]] == [stable_of(found), first]
        assert len(api.all(REPLICA_SETS, namespace)) == 2
    finally:
        own.stop()


def test_copies_go_with_the_last_revision_that_names_them(api: Api, namespace: str, operator: Operator) -> None:
    api.create(CONFIG_MAPS, config_map(namespace, "colours"))
    first = deployed(api, namespace, template=using("settings", "colours"), revisionHistoryLimit=0)
    old, kept = named(api, namespace, first)
    edit(api, namespace, "2")

    second = stable_of(api.until(RELEASES, namespace, "web", promoted(2)))

    api.gone(CONFIG_MAPS, namespace, old)
    assert sorted(copies(api, namespace)) == sorted(named(api, namespace, second))
    assert kept in named(api, namespace, second)


def test_a_missing_config_map_stalls_with_its_place_and_heals(api: Api, namespace: str, operator: Operator) -> None:
    api.create(RELEASES, tracking(namespace))

    found = api.until(RELEASES, namespace, "web", reason_is("ConfigMissing"))
    where = "spec.trackConfig: ConfigMap settings (container web, envFrom)"
    assert found["status"]["message"] == f"{where} is missing: create it, or mark the reference as optional"
    assert found["status"]["phase"] == "Stalled"
    assert not api.all(REPLICA_SETS, namespace)

    api.create(CONFIG_MAPS, config_map(namespace))
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_a_config_map_lost_in_mid_rollout_rolls_nothing_back(api: Api, namespace: str, operator: Operator) -> None:
    deployed(api, namespace, steps=PAUSED)
    edit(api, namespace, "2")
    paused = api.until(RELEASES, namespace, "web", reason_is("Paused"))
    api.delete(CONFIG_MAPS, namespace, "settings")

    api.until(RELEASES, namespace, "web", reason_is("ConfigMissing"))
    assert weights(api, namespace) == [80, 20]

    api.create(CONFIG_MAPS, config_map(namespace, text="2"))
    api.until(RELEASES, namespace, "web", reason_is("Paused"))
    api.ask(namespace, "web", promote=f"{paused['status']['candidate']['revision']}/first/1")
    found = api.until(RELEASES, namespace, "web", promoted(2))
    assert stable_of(found) == paused["status"]["candidate"]["revision"]


def test_what_is_optional_and_absent_is_a_revision_of_its_own(api: Api, namespace: str, operator: Operator) -> None:
    pods = using("settings", "extra")
    pods["spec"]["containers"][0]["envFrom"][1]["configMapRef"]["optional"] = True
    first = deployed(api, namespace, template=pods)
    assert named(api, namespace, first)[1] not in copies(api, namespace)

    api.create(CONFIG_MAPS, config_map(namespace, "extra", text="9"))

    second = stable_of(api.until(RELEASES, namespace, "web", promoted(2)))
    assert copies(api, namespace)[named(api, namespace, second)[1]] == "9"


def test_a_secrets_copy_keeps_its_type_and_every_byte(api: Api, namespace: str, operator: Operator) -> None:
    data = {name: base64.b64encode(bytes(range(256))).decode() for name in ("tls.crt", "tls.key")}
    metadata = {"name": "front", "namespace": namespace}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "kubernetes.io/tls", "data": data}
    api.create(SECRETS, secret)
    pods = template("1")
    pods["spec"]["volumes"] = [{"name": "keys", "secret": {"secretName": "front"}}]
    api.create(RELEASES, tracking(namespace, template=pods))

    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    made = api.get(REPLICA_SETS, namespace, f"web-{stable_of(found)}")["spec"]["template"]["spec"]["volumes"][0]
    copy = api.get(SECRETS, namespace, made["secret"]["secretName"])
    assert copy["metadata"]["name"] != "front"
    assert (copy["type"], copy["data"], copy["immutable"]) == ("kubernetes.io/tls", data, True)


def test_a_foreign_object_of_a_copys_name_is_never_touched(api: Api, namespace: str, operator: Operator) -> None:
    deployed(api, namespace, revisionHistoryLimit=0)
    edit(api, namespace, "2")
    second = stable_of(api.until(RELEASES, namespace, "web", promoted(2)))
    name = named(api, namespace, second)[0]
    edit(api, namespace, "3")
    api.until(RELEASES, namespace, "web", promoted(3))
    api.gone(CONFIG_MAPS, namespace, name)
    api.create(CONFIG_MAPS, config_map(namespace, name, text="theirs"))
    edit(api, namespace, "2")

    found = api.until(RELEASES, namespace, "web", reason_is("NameTaken"))

    assert name in found["status"]["message"]
    assert api.get(CONFIG_MAPS, namespace, name)["data"] == {"colour": "theirs"}
    assert "rejected" not in found["status"]


def test_a_deployments_configuration_is_tracked_at_an_unchanged_generation(
    api: Api, namespace: str, operator: Operator
) -> None:
    api.create(CONFIG_MAPS, config_map(namespace))
    manifest = deployment(namespace)
    containers = manifest["spec"]["template"]["spec"]["containers"]
    containers[0]["envFrom"] = [{"configMapRef": {"name": "settings"}}]
    api.create(DEPLOYMENTS, manifest)
    managed = release(namespace, workloadRef={"name": "web"}, trackConfig="All")
    del managed["spec"]["template"]
    api.create(RELEASES, managed)
    first = api.until(RELEASES, namespace, "web", phase_is("Promoted"), 60)
    api.until(DEPLOYMENTS, namespace, "web", emptied)
    generation = api.get(DEPLOYMENTS, namespace, "web")["metadata"]["generation"]
    edit(api, namespace, "2")

    second = api.until(RELEASES, namespace, "web", promoted(2))

    assert stable_of(second) != stable_of(first)
    assert api.get(DEPLOYMENTS, namespace, "web")["metadata"]["generation"] == generation
    assert [copies(api, namespace)[name] for name in named(api, namespace, stable_of(second))] == ["2"]


def test_one_shared_config_map_changes_many_releases(api: Api, namespace: str, operator: Operator) -> None:
    names = [f"web-{number}" for number in range(20)]
    api.create(CONFIG_MAPS, config_map(namespace))
    for name in names:
        api.create(RELEASES, release(namespace, name, template=using("settings"), trackConfig="All", replicas=1))
        api.until(RELEASES, namespace, name, phase_is("Promoted"))

    edit(api, namespace, "2")

    for name in names:
        found = api.until(RELEASES, namespace, name, promoted(2), 60)
        assert [line["outcome"] for line in found["status"]["history"]] == ["Promoted", "Promoted"]


def test_of_an_edit_that_still_rests_a_release_does_not_say_that_it_saw_it(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deployed(api, namespace)
    api.merge(RELEASES, namespace, "web", {"spec": {"template": using("settings", version="2")}})

    for found in api.follow(RELEASES, namespace, "web", 30):
        assert not (phase_is("Promoted")(found) and stable_of(found) == first)
        if promoted(2)(found):
            break

    assert stable_of(found) != first


def test_a_deleted_copy_is_made_again_from_an_original_that_holds_the_same(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deployed(api, namespace, steps=PAUSED)
    (copy,) = named(api, namespace, first)
    api.delete(CONFIG_MAPS, namespace, copy)
    api.until(CONFIG_MAPS, namespace, copy, lambda found: found["data"] == {"colour": "1"})

    api.merge(RELEASES, namespace, "web", {"spec": {"template": using("settings", version="2")}})
    api.until(RELEASES, namespace, "web", reason_is("Paused"))
    api.delete(CONFIG_MAPS, namespace, copy)

    api.until(CONFIG_MAPS, namespace, copy, lambda found: found["immutable"])
    assert api.get(RELEASES, namespace, "web")["status"]["phase"] == "Paused"


def test_a_deleted_copy_that_cannot_be_made_again_is_told_and_heals_and_stops_no_rollback(
    api: Api, namespace: str, operator: Operator
) -> None:
    first = deployed(api, namespace, steps=PAUSED)
    (copy,) = named(api, namespace, first)
    edit(api, namespace, "2")
    api.until(RELEASES, namespace, "web", reason_is("Paused"))
    api.delete(CONFIG_MAPS, namespace, copy)

    found = api.until(RELEASES, namespace, "web", reason_is("ConfigMissing"))
    assert f"ConfigMap {copy} is missing, without which no pod of revision {first} starts" in found["status"]["message"]
    assert weights(api, namespace) == [80, 20]

    api.ask(namespace, "web", abort="1")
    api.until(ROUTES, namespace, "web", lambda _: weights(api, namespace) == [100, 0])
    found = api.until(
        RELEASES,
        namespace,
        "web",
        lambda found: reason_is("ConfigMissing")(found) and "candidate" not in found["status"],
    )
    assert found["status"]["history"][0]["reason"] == "Aborted"

    edit(api, namespace, "1")
    api.until(RELEASES, namespace, "web", reason_is("Promoted"))
    assert copies(api, namespace)[copy] == "1"
