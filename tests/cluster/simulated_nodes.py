"""Nodes and pods that are only told: KWOK says that pods are Ready at once."""

import yaml

from .binaries import kwok, kwok_stages
from .control_plane import ControlPlane, flags_of, free_port


def start(plane: ControlPlane, *, nodes: int = 1, pods: int = 5000) -> None:
    """Let KWOK play the nodes of a control plane."""
    flags = {
        "kubeconfig": plane.kubeconfig("kwok"),
        "manage-all-nodes": "true",
        "cidr": "10.90.0.0/16",
        "node-ip": "10.90.255.254",
        "server-address": f"127.0.0.1:{free_port()}",
        "node-lease-duration-seconds": 40,
    }
    stages = [f"--config={found}" for found in kwok_stages()]
    plane.processes.start("kwok", [kwok(), *flags_of(flags), *stages])
    plane.kubectl(
        "apply", "-f", "-", stdin=yaml.safe_dump_all(node(f"node-{index + 1}", pods) for index in range(nodes))
    )


def node(name: str, pods: int) -> dict[str, object]:
    """A node that takes many pods."""
    room = {"cpu": "10000", "memory": "10000Gi", "pods": str(pods)}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "status": {"allocatable": room, "capacity": room},
    }
