"""What a kubeconfig says of its current context. Whatever is wrong is told with the file, and what to do about it."""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Part = Mapping[str, Any]
ANOTHER = "name another one with KUBECONFIG or --kubeconfig"
CHOOSE = "`kubectl config use-context` sets one"


class NoCredentials(Exception):
    """There is no way to reach an API server: what was looked for, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The current context: which cluster it leads to, and as whom."""

    path: Path
    name: str
    server: str
    namespace: str
    cluster: Part
    user: Part

    def content(self, part: Part, name: str) -> bytes | None:
        """A certificate or a key, from the config or from the file beside it that it names. Raises NoCredentials."""
        if inline := part.get(f"{name}-data"):
            try:
                return base64.b64decode(inline)
            except (ValueError, TypeError) as error:
                raise unusable(self.path, f"{name}-data is not base64") from error

        return self.read(part, name)

    def read(self, part: Part, name: str) -> bytes | None:
        """The content of a file that the config names. Raises NoCredentials where it cannot be read."""
        named = part.get(name)
        if not named:
            return None

        try:
            return (self.path.parent / str(named)).read_bytes()
        except OSError as error:
            what = f"{name} {named} cannot be read: {error.strerror}"
            raise unusable(self.path, what, do="mend its path") from error


def unusable(path: Path, what: str, *, do: str = ANOTHER) -> NoCredentials:
    """What is wrong with a kubeconfig, and what to do."""
    return NoCredentials(f"{path} cannot be used: {what}: {do}")


def users_kubeconfig() -> Path:
    """KUBECONFIG, or the file where kubectl looks. Raises NoCredentials where several are named."""
    named = [part for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    if len(named) > 1:
        message = "KUBECONFIG names several files: give one with --kubeconfig"
        raise NoCredentials(message)

    return Path(named[0]) if named else Path.home() / ".kube" / "config"


def current_context(path: Path) -> Context:
    """The context that is current in a kubeconfig. Raises NoCredentials for whatever is wrong with it."""
    config = _parsed(path)
    current = config.get("current-context")
    if not current:
        raise unusable(path, "it has no current context", do=CHOOSE)

    context = _named(path, config, "context", current)
    cluster = _named(path, config, "cluster", context.get("cluster"))
    user = _named(path, config, "user", context.get("user"))
    server = cluster.get("server")
    if not isinstance(server, str) or not server.startswith(("http://", "https://")):
        raise unusable(path, f"cluster {context.get('cluster')} has no server that begins with http:// or https://")

    return Context(
        path=path,
        name=str(current),
        server=server.rstrip("/"),
        namespace=context.get("namespace") or "default",
        cluster=cluster,
        user=user,
    )


def _parsed(path: Path) -> Part:
    config = _yaml(path, _text(path)) or {}
    if not isinstance(config, dict):
        raise unusable(path, "it is no kubeconfig, which is a YAML mapping")

    return config


def _text(path: Path) -> str:
    if path.is_dir():
        raise unusable(path, "it is a directory")

    try:
        return path.read_text()
    except FileNotFoundError as error:
        message = f"no kubeconfig at {path}: set KUBECONFIG or give --kubeconfig"
        raise NoCredentials(message) from error
    except OSError as error:
        raise unusable(path, f"it cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise unusable(path, "it is not text") from error


def _yaml(path: Path, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        at = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise unusable(path, f"it is not YAML{at}: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise unusable(path, "it is not YAML") from error


def _named(path: Path, config: Part, kind: str, name: object) -> Part:
    """The content of an entry of `contexts`, `clusters` or `users`."""
    listed = config.get(f"{kind}s")
    entries = [found for found in listed if isinstance(found, dict)] if isinstance(listed, list) else []
    entry = next((found for found in entries if found.get("name") == name), None)
    if entry is None:
        do = CHOOSE if kind == "context" else f"add it, or choose another context: {CHOOSE}"
        raise unusable(path, f"{kind}s has no entry named {name!r}", do=do)

    content = entry.get(kind)
    if not isinstance(content, dict):
        raise unusable(path, f"the entry named {name!r} in {kind}s has no {kind}", do="add it")

    return content
