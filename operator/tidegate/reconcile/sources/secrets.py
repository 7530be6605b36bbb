"""What Secrets say, for those who are asked over HTTP: found by their label, and checked before they are used."""

import base64
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tidegate.decision.reasons import Reason
from tidegate.reconcile.scope import Scope
from tidegate.watch import Key, Object, Store

T = TypeVar("T")


class SecretUnusable(Exception):
    """A Secret that cannot be used: the reason, in words for the status."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Secrets:
    """The Secrets that carry a label: whoever sets it lets them be sent."""

    store: Store
    label: str
    scope: Scope

    def read(self, key: Key, meaning: Callable[[Object], T]) -> T:
        """What a Secret says. Raises SecretUnusable where it is missing, or says it in a way that nobody can use."""
        secret, place = self.store.get(key), "/".join(key)
        if secret is None and not self.scope.holds(key.namespace):
            sentence = f"Secret {place} is in a namespace that this operator does not watch"
            raise SecretUnusable(Reason.SECRET_MISSING, sentence)

        if secret is None:
            sentence = f"Secret {place} is missing, or lacks the label {self.label}: create it with {self.label}=true"
            raise SecretUnusable(Reason.SECRET_MISSING, sentence)

        try:
            return meaning(secret)
        except ValueError as error:
            raise SecretUnusable(Reason.SECRET_INVALID, f"Secret {place}: {error}") from error


def authorization(secret: Object) -> dict[str, str]:
    """A bearer token, or a name and a password. Raises ValueError where there is neither."""
    if token := text(secret, "token"):
        return {"Authorization": f"Bearer {token}"}

    name, password = _decoded(secret, "username"), _decoded(secret, "password")
    if name is None or password is None:
        message = "has neither the key token nor the keys username and password"
        raise ValueError(message)

    return {"Authorization": "Basic " + base64.b64encode(name + b":" + password).decode()}


def texts(secret: Object, *names: str) -> tuple[str, ...]:
    """What these keys hold, each fit for a header. Raises ValueError for the first that holds nothing."""
    found = [text(secret, name) for name in names]
    if "" in found:
        message = f"has no key {names[found.index('')]}"
        raise ValueError(message)

    return tuple(found)


def text(secret: Object, name: str) -> str:
    """The text of a key; empty where it holds none. Raises ValueError for what could not stand in a header."""
    text = (_decoded(secret, name) or b"").decode("ascii", "replace").strip()
    if not text.isprintable() or "\ufffd" in text:
        message = f"key {name} holds characters that no {name} has"
        raise ValueError(message)

    return text


def authority(secret: Object) -> str:
    """The certificates of `ca.crt`, checked. Raises ValueError where there are none."""
    certificates = (_decoded(secret, "ca.crt") or b"").decode("ascii", "replace")
    try:
        ssl.create_default_context(cadata=certificates or "-")
    except (ssl.SSLError, ValueError) as error:
        message = f"key ca.crt holds no certificate in PEM: {error}"
        raise ValueError(message) from error

    return certificates


def _decoded(secret: Object, name: str) -> bytes | None:
    text = (secret.get("data") or {}).get(name)
    return base64.b64decode(text) if text else None
