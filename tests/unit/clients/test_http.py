"""What a client that asks over HTTP never does: connect where credentials are, wait for ever, or read without end."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web

from tidegate.clients import Ask, AskFailed, Http, Reply, Unreadable
from tidegate.clients.http import LARGEST_ANSWER, LONGEST_REASON, forbidden

MEGABYTE = 2**20


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.170.2",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "64:ff9b:1:a9fe:a9:fe00::",
        "64:ff9b:1:a9:fe:a9fe::",
        "64:ff9b:1:2:a9:fea9:fe00:0",
        "::ffff:0:169.254.169.254",
        "::ffff:0:100.100.100.200",
        "2002:a9fe:a9fe::",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd00:42::42",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "::",
        "224.0.0.1",
    ],
)
def test_where_a_machine_keeps_its_credentials_nothing_is_sent(host: str) -> None:
    assert forbidden(host)


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "127.0.0.1",
        "192.168.1.1",
        "93.184.216.34",
        "::1",
        "fd00::1",
        "64:ff9b:1::10.0.0.1",
        "64:ff9b:1:a00:0:100::",
        "::ffff:0:10.0.0.1",
    ],
)
def test_ordinary_addresses_are_asked(host: str) -> None:
    assert not forbidden(host)


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    found = Http()
    yield found
    await found.close()


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "https://[fe80::1]/", "http://[::ffff:169.254.1.1]:80"]
)
async def test_a_client_says_where_it_does_not_go(http: Http, url: str) -> None:
    with pytest.raises(AskFailed, match="link-local"):
        await http.send(Ask(url=url, seconds=2))


@pytest.mark.parametrize("address", ["169.254.169.254", "100.100.100.200", "fd00:ec2::254"])
async def test_a_name_that_leads_there_is_refused_too(
    http: Http, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 80, 0, 0)[: 4 if ":" in address else 2])]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    with pytest.raises(AskFailed, match=f"{address} is link-local, or a machine's metadata service"):
        await http.send(Ask(url="http://metadata.google.internal/computeMetadata/v1", seconds=2))


async def test_who_is_allowed_to_asks_there(http: Http, server: str) -> None:
    allowed = Ask(url="http://0.0.0.0:" + server.rpartition(":")[2] + "/echo", method="GET", seconds=2, link_local=True)

    assert (await http.send(allowed)).status == 200


async def test_a_connection_that_one_was_allowed_is_no_way_for_another(http: Http, server: str) -> None:
    url = "http://0.0.0.0:" + server.rpartition(":")[2] + "/echo"
    await http.send(Ask(url=url, method="GET", seconds=2, link_local=True))

    with pytest.raises(AskFailed, match="link-local"):
        await http.send(Ask(url=url, method="GET", seconds=2))


@pytest.fixture
async def server() -> AsyncIterator[str]:
    """Answers as nobody should: 100 MB, too late, cut off, elsewhere; and says how it was asked."""
    pages = web.Application()
    pages.add_routes([web.route("*", f"/{page.__name__}", page) for page in PAGES])
    runner = web.AppRunner(pages, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def endless(request: web.Request) -> web.StreamResponse:
    """100 MB, if anyone reads them."""
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(100):
        await response.write(b" " * MEGABYTE)

    return response


async def stalled(request: web.Request) -> web.StreamResponse:
    """A first byte at once, and the next after 10 seconds."""
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"[")
    await asyncio.sleep(10)
    return response


async def truncated(request: web.Request) -> web.StreamResponse:
    """Less than was promised."""
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b"[0.25]")
    assert request.transport is not None
    request.transport.close()
    return response


async def away(_: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/echo"})


async def echo(request: web.Request) -> web.Response:
    return web.json_response([request.method, dict(request.query), await request.text(), request.headers.get("Key")])


async def login(request: web.Request) -> web.Response:
    """Says what cookies came, and sets one for all of the host."""
    page = web.json_response(dict(request.cookies))
    page.set_cookie("session", "of a team", path="/")
    return page


PAGES = (endless, stalled, truncated, away, echo, login)


async def sent(http: Http, url: str, **what: Any) -> Reply:
    return await http.send(Ask(url=url, **{"seconds": 5, **what}))


async def test_an_answer_of_100_mb_is_left_after_the_first(http: Http, server: str) -> None:
    with pytest.raises(AskFailed, match=f"larger than {LARGEST_ANSWER} bytes"):
        await sent(http, f"{server}/endless")


async def test_a_stall_in_mid_answer_ends_with_the_timeout(http: Http, server: str) -> None:
    with pytest.raises(AskFailed, match=r"^no answer within 0\.2 s, its timeout$"):
        await sent(http, f"{server}/stalled", seconds=0.2)


async def test_an_answer_that_is_cut_off_is_none(http: Http, server: str) -> None:
    with pytest.raises(Unreadable, match=r"^the answer is cut off, by who gave it or by a proxy$"):
        await sent(http, f"{server}/truncated")


async def test_a_body_that_its_reader_refuses_is_an_answer_that_nobody_can_read(http: Http, server: str) -> None:
    def refuse(_: bytes) -> None:
        message = "a line is too long"
        raise ValueError(message)

    with pytest.raises(Unreadable, match=r"^a line is too long$"):
        await http.send(Ask(url=f"{server}/echo", seconds=5), take=refuse)


PACKED = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Encoding: "


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.6 secret\r\n", "the answer is no HTTP: Bad status line: Expected HTTP/"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "the answer is no HTTP: Bad status line: Expected HTTP/"),
        (
            b"HTTP/1.1 200 OK\r\nX: secret" + b"x" * 9000 + b"\r\n\r\n",
            "the answer is no HTTP: Got more than 8190 bytes",
        ),
        (PACKED + b"gzip\r\n\r\nabcd", "the answer cannot be unpacked: Can not decode content-encoding: gzip"),
        (PACKED + b"br\r\n\r\nabcd", "the answer cannot be unpacked: Can not decode content-encoding: brotli"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc", "the answer is cut off"),
        (b"HTTP/1.1 200 OK\r\nSet-Cookie: secret", "the answer is cut off"),
        (b"secret" + b"x" * 8000 + b"\r\n", "the answer is no HTTP: Bad status line: Expected HTTP/"),
    ],
    ids=[
        "another protocol",
        "TLS",
        "an endless header",
        "packed wrong",
        "packed otherwise",
        "a chunk that is cut",
        "a header that is cut",
        "a long line",
    ],
)
async def test_what_nobody_can_read_is_said_in_one_line_and_is_no_status_of_the_source(
    http: Http, answer: bytes, words: str
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        with pytest.raises(Unreadable) as failed:
            await sent(http, "http://{}:{}/".format(*server.sockets[0].getsockname()))

    assert str(failed.value).startswith(words)
    assert "\n" not in str(failed.value)
    assert "400" not in str(failed.value)
    assert "secret" not in str(failed.value)
    assert len(str(failed.value)) <= LONGEST_REASON


async def test_nobody_is_sent_elsewhere(http: Http, server: str) -> None:
    assert (await sent(http, f"{server}/away", headers={"Key": "secret"})).status == 302


@pytest.mark.parametrize("link_local", [False, True])
async def test_a_cookie_that_one_source_was_given_is_not_sent_with_the_next_question(
    http: Http, server: str, *, link_local: bool
) -> None:
    """A host with a name: cookies of bare addresses are kept by nobody."""
    url = server.replace("127.0.0.1", "localhost") + "/login"

    replies = [await sent(http, url, source=team, link_local=link_local) for team in ("team-a/grafana", "team-b/mine")]

    assert [reply.body for reply in replies] == [b"{}", b"{}"]


async def test_what_is_sent_arrives_as_it_was_meant(http: Http, server: str) -> None:
    words = {"q": "a/b c+d%26 #;=ü", "of": "?&$"}
    reply = await sent(http, f"{server}/echo?{urlencode(words)}", body=b"text", headers={"Key": "value"})

    assert json.loads(reply.body) == ["POST", words, "text", "value"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1/", "cannot connect to 127.0.0.1:1: Connection refused"),
        ("https://127.0.0.1:1/", "cannot connect to 127.0.0.1:1: Connection refused"),
        ("http://localhost:1/", "cannot connect to localhost:1: Connection refused"),
        ("http://nobody.invalid:80/", "cannot connect to nobody.invalid:80: "),
    ],
)
async def test_nobody_at_an_address_is_said_in_the_systems_words(url: str, words: str) -> None:
    found = Http()
    with pytest.raises(AskFailed) as failed:
        await sent(found, url)

    assert str(failed.value).startswith(words)
    assert "ssl" not in str(failed.value)

    await found.close()
