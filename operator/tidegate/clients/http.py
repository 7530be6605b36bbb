"""Questions over HTTP: one client, a timeout, a size limit and named failures."""

import asyncio
import errno
import ipaddress
import os
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError

from tidegate.sentences import shortened

from .descriptors import NONE_LEFT, none_left, spared
from .errors import AskFailed, NotSent, TooLarge, Unreadable
from .names import Names
from .room import Room

LARGEST_ANSWER = 2**20
LONGEST_REASON = 256
# Where aiohttp begins to quote what it could not read: nobody is shown what another service says, if not by HTTP.
QUOTED = re.compile(r"b?['\"]")
# Where clouds tell machines their credentials, beside the link-local addresses.
METADATA = frozenset(
    {
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "fd00:42::42",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
    }
)


Take = Callable[[bytes], object]
# Translations that end with an IPv4 address: NAT64's own prefix, and that of RFC 2765.
TRANSLATED = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::ffff:0:0:0/96"))
# RFC 8215's prefix is divided as one likes: where RFC 6052 puts the IPv4 address, by the length of what is before it.
LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
PLACES = ((6, 7, 9, 10), (7, 9, 10, 11), (9, 10, 11, 12), (12, 13, 14, 15))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is sent, and how. `link_local`: also to where a machine keeps its credentials. `largest`: of the answer.

    `name`: whose certificate is expected, where the address is only one of several. `source`: who is asked, as others
    name it: each has a share of the memory for answers.
    """

    url: str
    seconds: float
    method: str = "POST"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: ssl.SSLContext | None = None
    link_local: bool = False
    largest: int = LARGEST_ANSWER
    name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """The date that an answer bears, in its own words, and between which instants of our clock it was written."""

    date: str
    sent: datetime
    heard: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status."""

    status: int
    body: bytes
    content_type: str = ""
    dated: Dated | None = None


class Http:
    """Who is asked over HTTP. Where a machine keeps its credentials nothing is sent, unless the ask says so.

    There is no limit of connections for all together, where those who never answer could keep others waiting: whoever
    asks has one for each whom it asks.
    """

    def __init__(self) -> None:
        self._names = Names()
        self._room = Room()
        # Two sessions: a connection that one ask was allowed to make is never there for another that is not.
        self._guarded = _session(_guarded_socket, self._names)
        self._open = _session(_socket, self._names)

    async def close(self) -> None:
        """Close the connections."""
        await self._guarded.close()
        await self._open.close()
        await self._names.close()

    async def send(self, ask: Ask, *, take: Take | None = None) -> Reply:
        """The answer. Redirects are not followed: they would carry credentials elsewhere.

        `take` gets the body of a 200 piece by piece instead; what its ValueError says is why nobody can read it.
        """
        session, sent = self._open if ask.link_local else self._guarded, _now()
        try:
            async with session.request(
                ask.method,
                ask.url,
                data=ask.body or None,
                headers=ask.headers,
                timeout=aiohttp.ClientTimeout(total=ask.seconds),
                ssl=ask.tls or True,
                allow_redirects=False,
                server_hostname=ask.name or None,
            ) as answer:
                content_type, dated = answer.headers.get("Content-Type", ""), _dated(answer, sent)
                if take is None or answer.status != HTTPStatus.OK:
                    return Reply(answer.status, await self._body(answer, ask), content_type, dated)

                await _stream(answer, ask.largest, take)
                return Reply(answer.status, b"", content_type, dated)
        except TimeoutError as error:
            message = f"no answer within {ask.seconds:g} s, its timeout"
            raise AskFailed(message) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _failure(error) from error

    async def _body(self, answer: aiohttp.ClientResponse, ask: Ask) -> bytes:
        """All of the body, however many packets it comes in. Raises TooLarge beyond the limit."""
        body = bytearray()

        def keep(chunk: bytes) -> None:
            self._room.take(ask.source, len(chunk))
            body.extend(chunk)

        try:
            await _stream(answer, ask.largest, keep)
            return bytes(body)
        finally:
            self._room.leave(ask.source, len(body))

    async def addresses_of(self, url: str, *, seconds: float) -> tuple[str, ...]:
        """Every address that the name in a URL stands for: those of IPv4, if any; else one process counts twice.

        Raises AskFailed.
        """
        parts = urlsplit(url)
        try:
            asked = self._names.look_up(parts.hostname or "", parts.port or parts.scheme)
            found = await asyncio.wait_for(asked, seconds)
        except TimeoutError as error:
            message = f"the name {parts.hostname} is not resolved within {seconds:g} s"
            raise AskFailed(message) from error
        except (OSError, ValueError) as error:
            message = f"the name {parts.hostname} is not resolved: {error}"
            raise AskFailed(message) from error

        by_family = [str(place[0]) for family, *_, place in found if family == socket.AF_INET]
        return tuple(sorted(set(by_family or [str(place[0]) for *_, place in found])))


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _dated(answer: aiohttp.ClientResponse, sent: datetime) -> Dated | None:
    """None where no date is told, or a cache's, which is as old as what it keeps."""
    date = answer.headers.get("Date")
    return Dated(date, sent, _now()) if date and "Age" not in answer.headers else None


def _failure(error: Exception) -> AskFailed:
    if isinstance(error, OSError) and error.errno in NONE_LEFT:
        return NotSent(none_left())

    unreadable = isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError) or _begun(error)
    return Unreadable(_why(error)) if unreadable else AskFailed(_why(error))


def _begun(error: Exception) -> bool:
    """True where the connection ended within the headers: aiohttp gives those that came in the place of the words."""
    return isinstance(error, aiohttp.ServerDisconnectedError) and not isinstance(error.message, str)


def _why(error: Exception) -> str:
    """Who could not be reached and why, in the system's own words: aiohttp's name settings that nobody made."""
    if packed := _packed_wrong(error):
        return _on_one_line(f"the answer cannot be unpacked: {packed.message}")

    match error:
        case aiohttp.ClientConnectorCertificateError():
            return f"cannot connect to {error.host}:{error.port}: {error.certificate_error}"
        case aiohttp.ClientConnectorError():
            return f"cannot connect to {error.host}:{error.port}: {_of_the_system(error.os_error)}"
        case aiohttp.ClientResponseError():
            # Its status is aiohttp's own: nobody said it.
            said = QUOTED.split(error.message, maxsplit=1)[0].rstrip(": \n")
            return _on_one_line(f"the answer is no HTTP: {said}")

    cut = isinstance(error, aiohttp.ClientPayloadError) or _begun(error)
    return "the answer is cut off, by who gave it or by a proxy" if cut else str(error) or type(error).__name__


def _packed_wrong(error: BaseException | None) -> ContentEncodingError | None:
    """What could not be unpacked, however deep it is among the causes."""
    while error is not None and not isinstance(error, ContentEncodingError):
        error = error.__cause__

    return error


def _on_one_line(words: str) -> str:
    """As much as there is room for."""
    return shortened(" ".join(words.split()), LONGEST_REASON)


def _of_the_system(error: OSError) -> str:
    """What is wrong; not once more the address, which asyncio puts in the place of the words."""
    own = isinstance(error, (ssl.SSLError, socket.gaierror, PermissionError)) or not error.errno
    return (error.strerror or str(error)) if own else os.strerror(error.errno or 0)


def _session(sockets: Callable[[tuple[Any, ...]], socket.socket], names: Names) -> aiohttp.ClientSession:
    """No cookie is kept: all sources of all namespaces share it, and one's login is none of another's."""
    connector = aiohttp.TCPConnector(limit=0, socket_factory=sockets, resolver=names)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def _guarded_socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket to an address as it was resolved: a name that changes between a check and its use fools nobody."""
    *_, target = address
    if forbidden(target[0]):
        message = f"{target[0]} is link-local, or a machine's metadata service: nothing is sent there"
        raise PermissionError(errno.EACCES, message)

    return _socket(address)


def _socket(address: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, *_ = address
    return spared(socket.socket(family=family, type=kind, proto=protocol))


def forbidden(host: str) -> bool:
    """True for addresses that only a machine itself should ask, also in IPv6's clothes."""
    address = ipaddress.ip_address(host.partition("%")[0])
    found = _inner(address) if isinstance(address, ipaddress.IPv6Address) else (address,)
    return any(
        each.is_link_local or each.is_multicast or each.is_unspecified or str(each) in METADATA for each in found
    )


def _inner(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, ...]:
    """The IPv4 address that an IPv6 one stands for, by any of its translations; several where it may be any of them."""
    packed = address.packed
    if any(address in network for network in TRANSLATED):
        return (ipaddress.IPv4Address(packed[-4:]),)

    if address in LOCAL_NAT64:
        # Where there is none there are zeros.
        places = (bytes(packed[place] for place in places) for places in PLACES)
        return tuple(ipaddress.IPv4Address(found) for found in places if any(found))

    return (address.ipv4_mapped or address.sixtofour or address,)


async def _stream(answer: aiohttp.ClientResponse, largest: int, take: Take) -> None:
    size = 0
    async for chunk in answer.content.iter_any():
        size += len(chunk)
        if size > largest:
            message = f"the answer is larger than {largest} bytes"
            raise TooLarge(message)

        try:
            take(chunk)
        except ValueError as error:
            raise Unreadable(str(error)) from error
