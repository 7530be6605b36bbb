"""The rights that `trackConfig.enabled` adds are asked for by a Release that tracks, every one, and no more are."""

from tests.bench.audit import Audit, refused
from tests.cluster.api import CONFIG_MAPS, RELEASES, REPLICA_SETS, SECRETS, Api, Object
from tests.integration.conftest import Setup
from tests.integration.manifests import phase_is, promoted, stable_of
from tests.integration.rights import rights_of
from tests.integration.test_install import documents, install
from tests.integration.tracked_config import config_map, edit, tracking, using


def both(namespace: str) -> Object:
    """A Release that keeps no old revision, of which the pods use a ConfigMap and a Secret, and outlive it."""
    template = using("settings")
    template["spec"]["containers"][0]["envFrom"].append({"secretRef": {"name": "password"}})
    return tracking(namespace, template=template, revisionHistoryLimit=0, onDelete="Keep")


def test_what_is_granted_for_tracked_configuration_is_what_is_asked(
    setup: Setup, api: Api, namespace: str, alone: None
) -> None:
    installed = install(setup, f"{namespace}-home", "trackConfig.enabled=true")
    operator = installed.operator()
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "password", "namespace": namespace}}
    api.create(SECRETS, secret | {"stringData": {"word": "1"}})
    api.create(CONFIG_MAPS, config_map(namespace))
    try:
        operator.start()
        api.create(RELEASES, both(namespace))
        first = stable_of(api.until(RELEASES, namespace, "web", phase_is("Promoted")))
        edit(api, namespace, "2")
        second = stable_of(api.until(RELEASES, namespace, "web", promoted(2)))
        api.gone(REPLICA_SETS, namespace, f"web-{first}")
        api.merge(SECRETS, namespace, "password", {"stringData": {"word": "2"}})
        api.until(RELEASES, namespace, "web", promoted(3))
        api.gone(REPLICA_SETS, namespace, f"web-{second}")
        api.delete(RELEASES, namespace, "web")
        api.gone(RELEASES, namespace, "web")
        api.create(RELEASES, both(namespace))
        api.until(RELEASES, namespace, "web", phase_is("Promoted"))
    finally:
        operator.stop()

    log = setup.plane.folder / "audit.log"
    asked = set(Audit(log).read(installed.account).counts)
    assert rights_of(installed.manifests) - rights_of(documents()) - asked == set()
    assert not refused(log, installed.account)
