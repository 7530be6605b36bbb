"""Questions over HTTP: one client, a timeout, a size limit and named failures."""

import errno
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

LARGEST_ANSWER = 2**20
# Where clouds tell machines their credentials, beside the link-local addresses.
METADATA = frozenset({"fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"})


NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is sent, and how. `link_local`: also to where a machine keeps its credentials. `largest`: of the answer."""

    url: str
    seconds: float
    method: str = "POST"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: ssl.SSLContext | None = None
    link_local: bool = False
    largest: int = LARGEST_ANSWER


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status."""

    status: int
    body: bytes


class AskFailed(Exception):
    """There was no answer: the reason, in words for the status."""


class TooLarge(AskFailed):
    """The answer was larger than it may be."""


class Http:
    """Who is asked over HTTP. Where a machine keeps its credentials nothing is sent, unless the ask says so."""

    def __init__(self, *, limit: int = 32) -> None:
        # Two sessions: a connection that one ask was allowed to make is never there for another that is not.
        self._guarded = _session(limit, _guarded_socket)
        self._open = _session(limit, None)

    async def close(self) -> None:
        """Close the connections."""
        await self._guarded.close()
        await self._open.close()

    async def send(self, ask: Ask) -> Reply:
        """The answer. Redirects are not followed: they would carry credentials elsewhere."""
        session = self._open if ask.link_local else self._guarded
        try:
            async with session.request(
                ask.method,
                ask.url,
                data=ask.body or None,
                headers=ask.headers,
                timeout=aiohttp.ClientTimeout(total=ask.seconds),
                ssl=ask.tls or True,
                allow_redirects=False,
            ) as answer:
                return Reply(answer.status, await _body(answer, ask.largest))
        except TimeoutError as error:
            message = f"no answer within {ask.seconds:g} s"
            raise AskFailed(message) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise AskFailed(str(error) or type(error).__name__) from error


def _session(limit: int, sockets: Callable[[tuple[Any, ...]], socket.socket] | None) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=limit, socket_factory=sockets))


def _guarded_socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket to an address as it was resolved: a name that changes between a check and its use fools nobody."""
    family, kind, protocol, _, target = address
    if forbidden(target[0]):
        message = f"{target[0]} is link-local, or a machine's metadata service: nothing is sent there"
        raise PermissionError(errno.EACCES, message)

    return socket.socket(family=family, type=kind, proto=protocol)


def forbidden(host: str) -> bool:
    """True for addresses that only a machine itself should ask, also in IPv6's clothes."""
    address = ipaddress.ip_address(host.partition("%")[0])
    found = _inner(address) if isinstance(address, ipaddress.IPv6Address) else address
    return found.is_link_local or found.is_multicast or found.is_unspecified or str(found) in METADATA


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one stands for, by any of its translations."""
    if address in NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])

    return address.ipv4_mapped or address.sixtofour or address


async def _body(answer: aiohttp.ClientResponse, largest: int) -> bytes:
    """All of the body, however many packets it comes in. Raises TooLarge beyond the limit."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > largest:
            message = f"the answer is larger than {largest} bytes"
            raise TooLarge(message)

    return bytes(body)
