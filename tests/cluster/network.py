"""A network namespace for the node: bridge, firewall rules and pods are in it, and go with it."""

import contextlib
import os
from pathlib import Path

from .cache import run
from .processes import END_SECONDS, within
from .progress import Missing

NAME = "tidegate"
HOST, INSIDE = "10.88.255.1", "10.88.255.2"
NODE = "10.88.0.1"
PODS = "10.88.0.0/17"
SERVICES = "10.96.0.0/16"
ENTER = ("nsenter", f"--net=/run/netns/{NAME}")
TAKEN = f"the network namespace {NAME} is in use by another checkout's cluster: `make down` there first"
OUTSIDE = "tidegate0"
# No proxy of the user's reaches these.
HERE = ("127.0.0.1", "localhost", INSIDE)


def up(folder: Path) -> None:
    """Make the namespace, a pair of interfaces to reach it, and the node's bridge. It belongs to this folder."""
    if exists():
        raise Missing(TAKEN)

    _note(folder).touch()
    run(["ip", "netns", "add", NAME])
    run(["ip", "link", "add", OUTSIDE, "type", "veth", "peer", "name", "eth0", "netns", NAME])
    run(["ip", "addr", "add", f"{HOST}/30", "dev", OUTSIDE])
    run(["ip", "link", "set", OUTSIDE, "up"])
    run(["ip", "route", "add", PODS, "via", INSIDE, "dev", OUTSIDE])
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


def speak_directly() -> None:
    """Let this process, and what it runs, reach the cluster past the user's proxy; downloads go through it still."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join((*filter(None, (os.environ.get(name),)), *HERE))


def exists() -> bool:
    """True where the namespace is there."""
    return Path(f"/run/netns/{NAME}").exists()


def left(folder: Path) -> list[str]:
    """What of the folder's network is there."""
    if not _note(folder).exists():
        return []

    interface = [f"interface {OUTSIDE}"] if Path(f"/sys/class/net/{OUTSIDE}").exists() else []
    return interface + ([f"network namespace {NAME}"] if exists() else [])


def down(folder: Path) -> None:
    """Take the folder's namespace away, and with it all interfaces, rules and routes."""
    if not _note(folder).exists():
        return

    for command in (["ip", "link", "del", OUTSIDE], ["ip", "netns", "del", NAME]):
        # The pair goes at once; a namespace's own interfaces may linger for a second.
        with contextlib.suppress(Missing):
            run(command)

    if within(END_SECONDS, lambda: not left(folder)):
        _note(folder).unlink()


def _note(folder: Path) -> Path:
    return folder / "network"
