"""A network namespace for the node: bridge, firewall rules and pods are in it, and go with it."""

import contextlib
import shutil
from pathlib import Path

from .cache import run
from .progress import Missing

NAME = "tidegate"
HOST, INSIDE = "10.88.255.1", "10.88.255.2"
NODE = "10.88.0.1"
PODS = "10.88.0.0/17"
SERVICES = "10.96.0.0/16"
ENTER = ("nsenter", f"--net=/run/netns/{NAME}")


def up(folder: Path) -> None:
    """Make the namespace, a pair of interfaces to reach it, and the node's bridge. It belongs to this folder."""
    if exists():
        message = f"the network namespace {NAME} is in use by another checkout's cluster: `make down` there first"
        raise Missing(message)

    _note(folder).touch()
    if shutil.which("ip") is None:
        message = "`ip` is missing: install iproute2, or use CLUSTER=kwok"
        raise Missing(message)

    run(["ip", "netns", "add", NAME])
    run(["ip", "link", "add", "tidegate0", "type", "veth", "peer", "name", "eth0", "netns", NAME])
    run(["ip", "addr", "add", f"{HOST}/30", "dev", "tidegate0"])
    run(["ip", "link", "set", "tidegate0", "up"])
    run(["ip", "route", "add", PODS, "via", INSIDE, "dev", "tidegate0"])
    for command in (
        ["ip", "link", "set", "lo", "up"],
        ["ip", "addr", "add", f"{INSIDE}/30", "dev", "eth0"],
        ["ip", "link", "set", "eth0", "up"],
        ["ip", "route", "add", "default", "via", HOST],
        ["ip", "link", "add", "pods0", "type", "bridge"],
        ["ip", "addr", "add", f"{NODE}/17", "dev", "pods0"],
        ["ip", "link", "set", "pods0", "up"],
        ["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"],
    ):
        run([*ENTER, *command])


def exists() -> bool:
    """True where the namespace is there."""
    return Path(f"/run/netns/{NAME}").exists()


def down(folder: Path) -> None:
    """Take the folder's namespace away, and with it all interfaces, rules and routes."""
    if not _note(folder).exists():
        return

    for command in (["ip", "link", "del", "tidegate0"], ["ip", "netns", "del", NAME]):
        # The pair goes at once; a namespace's own interfaces may linger for a second.
        with contextlib.suppress(Missing):
            run(command)

    _note(folder).unlink()


def _note(folder: Path) -> Path:
    return folder / "network"
