"""Who we are to an API server, from a kubeconfig or a service account. Files are read again when they change."""

import base64
import os
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .kubeconfig import Context, NoCredentials, current_context, unusable, users_kubeconfig

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


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
    in_pod: bool = False

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

    return from_kubeconfig(users_kubeconfig())


def from_service_account(folder: Path) -> Credentials:
    """Credentials inside a pod. Raises NoCredentials for what is missing of what Kubernetes mounts there."""
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST", ""), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host:
        raise unusable(folder, "KUBERNETES_SERVICE_HOST is not set", do="pass the pod's environment on")

    try:
        namespace = (folder / "namespace").read_text().strip()
        tls = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    except OSError as error:
        what = f"namespace and ca.crt cannot both be read: {error.strerror or error}"
        raise unusable(folder, what, do="mount the service account's volume whole") from error

    return Credentials(
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        namespace=namespace,
        tls=tls,
        token_file=folder / "token",
        authority=Authority(folder / "ca.crt"),
        in_pod=True,
    )


def from_kubeconfig(path: Path) -> Credentials:
    """Credentials of a kubeconfig's current context. Raises NoCredentials for whatever is wrong with it."""
    context = current_context(path)
    user = context.user
    if "exec" in user or "auth-provider" in user:
        message = f"{path}: users with exec or auth-provider are not supported; use a token or a client certificate"
        raise NoCredentials(message)

    # Read again at each request: here only to say at once where it is not there.
    context.read(user, "tokenFile")
    token_file = user.get("tokenFile")
    return Credentials(
        server=context.server,
        namespace=context.namespace,
        tls=_tls(context) if context.server.startswith("https") else None,
        token=user.get("token"),
        token_file=path.parent / token_file if token_file else None,
        user=(str(user.get("username") or ""), str(user["password"])) if "password" in user else None,
    )


def _tls(context: Context) -> ssl.SSLContext:
    tls = _trusting(context)
    if context.cluster.get("insecure-skip-tls-verify"):
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE

    names = ("client-certificate", "client-key")
    certificate, key = (context.content(context.user, name) for name in names)
    if certificate is None and key is None:
        return tls

    if certificate is None or key is None:
        there, lacking = names if key is None else reversed(names)
        raise unusable(context.path, f"its user has {there} and no {lacking}", do="add it")

    try:
        _load_pair(tls, certificate, key)
    except OSError as error:
        raise unusable(context.path, "client-certificate and client-key are not a pair in PEM") from error

    return tls


def _trusting(context: Context) -> ssl.SSLContext:
    authority = context.content(context.cluster, "certificate-authority")
    try:
        return ssl.create_default_context(cadata=authority.decode("ascii") if authority else None)
    except (OSError, ValueError) as error:
        raise unusable(context.path, "certificate-authority holds no certificate in PEM") from error


def _load_pair(tls: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Python's ssl reads pairs only from files: the file is gone before this returns."""
    with tempfile.NamedTemporaryFile() as pair:
        pair.write(certificate + b"\n" + key)
        pair.flush()
        tls.load_cert_chain(pair.name)
