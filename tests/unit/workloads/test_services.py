"""A Service of ours is compared in what we write of it, and in nothing else."""

import copy
from typing import Any

import pytest

from tidegate.workloads import Owner, PodPort, differing, pod_port_in, port_names, service

OWNER = Owner(name="web", namespace="shop", uid="1")
WANTED = service(OWNER, "stable", "v1", port=80, at=PodPort("http"))
PORT = WANTED["spec"]["ports"][0]
CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "what the API server fills in": ("", {"clusterIP": "10.0.0.7", "type": "ClusterIP"}),
    "what a port has beside": ("", {"ports": [{**PORT, "nodePort": 30080}]}),
    "another protocol of the pods": ("spec.ports", {"ports": [{**PORT, "appProtocol": "kubernetes.io/h2c"}]}),
    "a foreign key": ("spec.selector", {"selector": {**WANTED["spec"]["selector"], "app": "wbe"}}),
    "no selector": ("spec.selector", {"selector": None}),
    "another target": ("spec.ports", {"ports": [{**PORT, "targetPort": 9090}]}),
    "another protocol": ("spec.ports", {"ports": [{**PORT, "protocol": "UDP"}]}),
    "one more port": ("spec.ports", {"ports": [PORT, {**PORT, "name": "more", "port": 81}]}),
}


@pytest.mark.parametrize(("field", "spec"), CHANGES.values(), ids=CHANGES)
def test_a_service_differs_in_the_field_that_someone_changed(field: str, spec: dict[str, Any]) -> None:
    found = copy.deepcopy(WANTED)
    found["spec"].update(spec)

    assert differing(found, WANTED) == field


def test_a_service_that_declares_no_protocol_has_none() -> None:
    stored = {**PORT}
    del stored["appProtocol"]
    found = {"spec": {**WANTED["spec"], "ports": [stored]}}

    assert differing(found, WANTED) == ""
    assert pod_port_in(found) == PodPort("http")


def test_a_service_says_what_its_pods_speak() -> None:
    spoken = service(OWNER, "stable", "v1", port=80, at=PodPort(50051, "kubernetes.io/h2c"))

    assert spoken["spec"]["ports"][0]["appProtocol"] == "kubernetes.io/h2c"
    assert pod_port_in(spoken) == PodPort(50051, "kubernetes.io/h2c")
    assert differing(WANTED, spoken) == "spec.ports"


def test_a_service_leads_by_name_to_tcp_ports_of_containers_and_of_sidecars_that_go_on() -> None:
    def having(**port: Any) -> dict[str, Any]:
        return {"ports": [port]}

    pods = {
        "containers": [having(name="http"), having(name="dns", protocol="UDP"), having(containerPort=80), {}],
        "initContainers": [{**having(name="mesh"), "restartPolicy": "Always"}, having(name="setup")],
    }

    assert port_names(pods) == ("http", "mesh")
