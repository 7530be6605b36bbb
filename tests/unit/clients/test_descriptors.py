"""Where file descriptors run out it is said by name, and the last of them are not for those who are asked."""

import resource
import socket
from collections.abc import Iterator

import pytest

from tidegate.clients import Ask, Http, NotSent, take_all
from tidegate.clients.descriptors import KEPT, spared

LIMIT = 1024


@pytest.fixture
def few() -> Iterator[int]:
    """As few as many systems give a process."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, before[1]))
    yield LIMIT
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def fill(found: list[socket.socket]) -> None:
    while True:
        found.append(spared(socket.socket()))


@pytest.fixture
def taken(few: int) -> Iterator[list[socket.socket]]:
    """All sockets that may be had."""
    found: list[socket.socket] = []
    with pytest.raises(OSError, match="Too many open files"):
        fill(found)

    yield found
    for each in found:
        each.close()


def test_the_last_descriptors_are_kept_for_others(taken: list[socket.socket]) -> None:
    others = [socket.socket() for _ in range(KEPT // 2)]

    assert len(taken) > LIMIT // 2
    for each in others:
        each.close()


async def test_an_ask_that_has_none_says_so_and_blames_nobody(taken: list[socket.socket]) -> None:
    http = Http()
    with pytest.raises(NotSent, match=f"the operator has no file descriptor left .* limit of {LIMIT} open files"):
        await http.send(Ask(url="http://127.0.0.1:1/", seconds=2))

    await http.close()


def test_a_process_takes_all_that_it_may_have(few: int) -> None:
    take_all()

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft == hard
