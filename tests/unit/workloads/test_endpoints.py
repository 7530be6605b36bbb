"""Which of a Service's endpoints get requests."""

from typing import Any

from tidegate.reconcile.seen.trims import trimmed_slice
from tidegate.workloads import portless, ready_pods, with_port


def slice_of(*pods: str, ports: Any) -> dict[str, Any]:
    endpoints = [{"conditions": {"ready": True}, "targetRef": {"kind": "Pod", "name": pod}} for pod in pods]
    return {"metadata": {"name": "web-1", "namespace": "shop"}, "ports": ports, "endpoints": endpoints}


def test_pods_without_the_services_port_are_ready_and_get_no_request() -> None:
    """As the API server's controller writes it: pods without a port of that name are in a slice of their own."""
    reached = slice_of("web-v1-a", ports=[{"name": "http", "port": 8080, "protocol": "TCP"}])
    slices = [trimmed_slice(each) for each in (reached, slice_of("web-v2-b", ports=None), slice_of("c", ports=[]))]

    assert ready_pods(with_port(slices)) == {"web-v1-a"}
    assert ready_pods(portless(slices)) == {"web-v2-b", "c"}
