"""A kubeconfig that is no use says which file, what is wrong with it, and what to do."""

from pathlib import Path

import pytest

from tidegate.clients import NoCredentials, credentials, current_context

KUBECONFIG = """
clusters: [{name: c, cluster: {server: "https://127.0.0.1:8001/"}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: x, context: {cluster: c, user: u, namespace: shop}}]
current-context: x
"""
CLUSTER = '{server: "https://127.0.0.1:8001/"}'
USER = "{token: t}"
# In place of a certificate or a key: never printed.
SECRET = "c2VjcmV0"


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "config"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def with_cluster(words: str) -> str:
    return KUBECONFIG.replace(CLUSTER, words)


def with_user(words: str) -> str:
    return KUBECONFIG.replace(USER, words)


def trusting(words: str) -> str:
    return with_cluster(f'{{server: "https://127.0.0.1:8001", {words}}}')


WRONG: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "it has no current context: `kubectl config use-context` sets one"),
    "a word": (
        "host",
        "it is no kubeconfig, which is a YAML mapping: name another one with KUBECONFIG or --kubeconfig",
    ),
    "a list": ("- one\n- two", "it is no kubeconfig, which is a YAML mapping: name another one"),
    "a program": (b"\x7fELF\xff\xfe", "it is not text: name another one"),
    "control characters": (b"\x00\x01", "it is not YAML: name another one"),
    "no YAML": ("clusters: [\n  users: ]]", "it is not YAML in line 2"),
    "clusters are no list": (KUBECONFIG.replace("clusters: [", "clusters: none\nothers: ["), "clusters has no entry"),
    "no such context": (
        KUBECONFIG.replace("current-context: x", "current-context: y"),
        "contexts has no entry named 'y': `kubectl config use-context` sets one",
    ),
    "a context without its part": (
        KUBECONFIG.replace("context: {", "other: {"),
        "the entry named 'x' in contexts has no context: add it",
    ),
    "a context that names no cluster": (KUBECONFIG.replace("cluster: c, ", ""), "clusters has no entry named None"),
    "no such cluster": (
        KUBECONFIG.replace("{name: c,", "{name: d,"),
        "clusters has no entry named 'c': add it, or choose another context",
    ),
    "no such user": (KUBECONFIG.replace("{name: u,", "{name: other,"), "users has no entry named 'u': add it"),
    "a user without its part": (with_user(""), "the entry named 'u' in users has no user: add it"),
    "no server": (with_cluster("{insecure-skip-tls-verify: true}"), "cluster c has no server that begins with http"),
    "a server without a scheme": (with_cluster("{server: 127.0.0.1}"), "cluster c has no server that begins with http"),
    "no such authority": (
        trusting("certificate-authority: ca.crt"),
        "certificate-authority ca.crt cannot be read: No such file or directory: mend its path",
    ),
    "an authority that is a directory": (
        trusting("certificate-authority: ."),
        "certificate-authority . cannot be read: Is a directory",
    ),
    "an authority that is none": (
        trusting("certificate-authority: config"),
        "certificate-authority holds no certificate in PEM",
    ),
    "an authority not in base64": (
        trusting('certificate-authority-data: "x"'),
        "certificate-authority-data is not base64",
    ),
    "an authority in other bytes": (
        trusting("certificate-authority-data: //79"),
        "certificate-authority holds no certificate in PEM",
    ),
    "no such token": (with_user("{tokenFile: token}"), "tokenFile token cannot be read: No such file or directory"),
    "a certificate without its key": (
        with_user(f"{{client-certificate-data: {SECRET}}}"),
        "its user has client-certificate and no client-key: add it",
    ),
    "a key without its certificate": (
        with_user(f"{{client-key-data: {SECRET}}}"),
        "its user has client-key and no client-certificate: add it",
    ),
    "no pair": (
        with_user(f"{{client-certificate-data: {SECRET}, client-key-data: {SECRET}}}"),
        "client-certificate and client-key are not a pair in PEM",
    ),
}


@pytest.mark.parametrize(("content", "words"), WRONG.values(), ids=WRONG)
def test_a_kubeconfig_that_is_no_use_says_why(tmp_path: Path, content: str | bytes, words: str) -> None:
    path = written(tmp_path, content)

    with pytest.raises(NoCredentials) as found:
        credentials(path)

    assert str(found.value).startswith(f"{path} cannot be used: {words}")
    assert SECRET not in str(found.value)


def test_a_user_that_a_program_vouches_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoCredentials, match="exec or auth-provider are not supported; use a token"):
        credentials(written(tmp_path, with_user("{exec: {command: aws}}")))


def test_a_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoCredentials, match="it is a directory: name another one"):
        credentials(tmp_path)


def test_a_kubeconfig_that_is_missing_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoCredentials, match=r"no kubeconfig at .*: set KUBECONFIG or give --kubeconfig"):
        credentials(tmp_path / "none")


def test_the_current_context_is_read_without_credentials(tmp_path: Path) -> None:
    """What only says where one goes needs no key."""
    found = current_context(written(tmp_path, with_user("{tokenFile: none}")))

    assert (found.name, found.server, found.namespace) == ("x", "https://127.0.0.1:8001", "shop")
