"""AWS Signature Version 4: what proves to AWS who asks, without the key being sent.

Source of the steps: "Create a signed AWS API request" in the AWS Identity and Access Management user guide.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Who signs. `session` goes along where the key is one that expires."""

    id: str
    secret: str = field(repr=False)
    session: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a signature is good for, and from when."""

    region: str
    service: str
    at: datetime

    @property
    def stamp(self) -> str:
        """The instant as AWS writes it."""
        return self.at.strftime("%Y%m%dT%H%M%SZ")

    @property
    def text(self) -> str:
        """Day, region and service."""
        return f"{self.stamp[:8]}/{self.region}/{self.service}/aws4_request"


def signed(key: Key, scope: Scope, *, method: str, url: str, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    """The headers with those that sign them and the body. The address has a plain path, and nothing behind a `?`."""
    token = {"X-Amz-Security-Token": key.session} if key.session else {}
    sent = {**headers, "Host": host(url), "X-Amz-Date": scope.stamp, **token}
    named = {
        name.lower(): " ".join(value.split()) for name, value in sorted(sent.items(), key=lambda one: one[0].lower())
    }
    names = ";".join(named)
    lines = "".join(f"{name}:{value}\n" for name, value in named.items())
    request = "\n".join((method, urlsplit(url).path or "/", "", lines, names, _hash(body)))
    signature = _mac(_signing_key(key, scope), "\n".join((ALGORITHM, scope.stamp, scope.text, _hash(request.encode()))))
    credential = f"Credential={key.id}/{scope.text}"
    proof = f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature.hex()}"
    return {**sent, "Authorization": proof}


def host(url: str) -> str:
    """What a client sends as Host: with the port where it is not the scheme's own."""
    found = urlsplit(url)
    return found.netloc.removesuffix(f":{PORTS.get(found.scheme)}")


def _signing_key(key: Key, scope: Scope) -> bytes:
    mac = f"AWS4{key.secret}".encode()
    for part in scope.text.split("/"):
        mac = _mac(mac, part)

    return mac


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
