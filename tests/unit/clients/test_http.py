"""Where a guarded client never connects."""

import pytest

from tidegate.clients import Ask, AskFailed, Http
from tidegate.clients.http import forbidden


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.170.2",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "::",
        "224.0.0.1",
    ],
)
def test_where_a_machine_keeps_its_credentials_nothing_is_sent(host: str) -> None:
    assert forbidden(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "127.0.0.1", "192.168.1.1", "93.184.216.34", "::1", "fd00::1"])
def test_ordinary_addresses_are_asked(host: str) -> None:
    assert not forbidden(host)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "https://[fe80::1]/", "http://[::ffff:169.254.1.1]:80"]
)
async def test_a_guarded_client_says_where_it_does_not_go(url: str) -> None:
    http = Http(guarded=True)
    try:
        with pytest.raises(AskFailed, match="link-local"):
            await http.send(Ask(url=url, body=b"", seconds=2))
    finally:
        await http.close()
