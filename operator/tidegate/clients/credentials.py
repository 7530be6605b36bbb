"""Who we are to an API server, from a kubeconfig or a service account. Files are read again when they change."""

import base64
import os
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class NoCredentials(Exception):
    """There is no way to reach an API server: what was looked for, and what to do."""


@dataclass(slots=True)
class Authority:
    """A file of certificates that an API server's own must be signed by."""

    path: Path
    seen: int = 0

    def trust_again(self, tls: ssl.SSLContext) -> None:
        """Let new connections trust what the file says now; what was trusted before stays so until a restart."""
        changed = self.path.stat().st_mtime_ns
        if changed != self.seen:
            tls.load_verify_locations(cafile=str(self.path))
            self.seen = changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An address, how to trust it, and how to be trusted."""

    server: str
    namespace: str
    tls: ssl.SSLContext | None
    token: str | None = None
    token_file: Path | None = None
    user: tuple[str, str] | None = None
    authority: "Authority | None" = None

    def headers(self) -> dict[str, str]:
        """The headers of a request. Tokens rotate and authorities change: their files are looked at each time."""
        if self.authority and self.tls:
            self.authority.trust_again(self.tls)

        token = self.token_file.read_text().strip() if self.token_file else self.token
        if token:
            return {"Authorization": f"Bearer {token}"}

        if self.user:
            return {"Authorization": "Basic " + base64.b64encode(":".join(self.user).encode()).decode()}

        return {}


def credentials(kubeconfig: Path | None = None) -> Credentials:
    """From the given kubeconfig, the pod's service account, or the user's kubeconfig, in this order."""
    if kubeconfig is not None:
        return from_kubeconfig(kubeconfig)

    if (SERVICE_ACCOUNT / "token").exists():
        return from_service_account(SERVICE_ACCOUNT)

    named = [part for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    if len(named) > 1:
        message = "KUBECONFIG names several files: give one with --kubeconfig"
        raise NoCredentials(message)

    return from_kubeconfig(Path(named[0]) if named else Path.home() / ".kube" / "config")


def from_service_account(folder: Path) -> Credentials:
    """Credentials inside a pod."""
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    host = f"[{host}]" if ":" in host else host
    return Credentials(
        server=f"https://{host}:{port}",
        namespace=(folder / "namespace").read_text().strip(),
        tls=ssl.create_default_context(cafile=str(folder / "ca.crt")),
        token_file=folder / "token",
        authority=Authority(folder / "ca.crt"),
    )


def from_kubeconfig(path: Path) -> Credentials:
    """Credentials of a kubeconfig's current context. Raises NoCredentials for whatever is wrong with it."""
    if not path.is_file():
        message = f"no kubeconfig at {path}: set KUBECONFIG or give --kubeconfig"
        raise NoCredentials(message)

    try:
        return _of_config(yaml.safe_load(path.read_text()) or {}, path)
    except (yaml.YAMLError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{path} cannot be used: {type(error).__name__}: {error}"
        raise NoCredentials(message) from error


def _of_config(config: Mapping[str, Any], path: Path) -> Credentials:
    context = _named(config, "contexts", config.get("current-context"), "context", path)
    cluster = _named(config, "clusters", context.get("cluster"), "cluster", path)
    user = _named(config, "users", context.get("user"), "user", path)
    if "exec" in user or "auth-provider" in user:
        message = f"{path}: users with exec or auth-provider are not supported; use a token or a client certificate"
        raise NoCredentials(message)

    token_file = user.get("tokenFile")
    return Credentials(
        server=cluster["server"].rstrip("/"),
        namespace=context.get("namespace") or "default",
        tls=_tls(cluster, user, path.parent) if cluster["server"].startswith("https") else None,
        token=user.get("token"),
        token_file=path.parent / token_file if token_file else None,
        user=(user["username"], user["password"]) if "password" in user else None,
    )


def _named(config: Mapping[str, Any], part: str, name: str | None, kind: str, path: Path) -> Mapping[str, Any]:
    for found in config.get(part) or ():
        if found.get("name") == name:
            content: Mapping[str, Any] = found.get(kind) or {}
            return content

    message = f"{path}: {part} has no entry named {name!r}"
    raise NoCredentials(message)


def _tls(cluster: Mapping[str, Any], user: Mapping[str, Any], folder: Path) -> ssl.SSLContext:
    authority = _content(cluster, "certificate-authority", folder)
    context = ssl.create_default_context(cadata=authority.decode() if authority else None)
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE

    certificate, key = _content(user, "client-certificate", folder), _content(user, "client-key", folder)
    if certificate and key:
        _load_pair(context, certificate, key)

    return context


def _content(part: Mapping[str, Any], name: str, folder: Path) -> bytes | None:
    if inline := part.get(f"{name}-data"):
        return base64.b64decode(inline)

    return (folder / part[name]).read_bytes() if part.get(name) else None


def _load_pair(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Python's ssl reads pairs only from files: the file is gone before this returns."""
    with tempfile.NamedTemporaryFile() as pair:
        pair.write(certificate + b"\n" + key)
        pair.flush()
        context.load_cert_chain(pair.name)
