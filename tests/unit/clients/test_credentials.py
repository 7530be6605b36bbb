import os
import ssl
from pathlib import Path

import pytest

from tidegate.clients import Credentials, NoCredentials, credentials
from tidegate.clients.credentials import Authority

KUBECONFIG = """
clusters: [{name: c, cluster: {server: "http://127.0.0.1:8001/"}}]
users: [{name: u, user: {tokenFile: token}}]
contexts: [{name: x, context: {cluster: c, user: u, namespace: shop}}]
current-context: x
"""


def written(folder: Path, text: str = KUBECONFIG) -> Path:
    path = folder / "config"
    path.write_text(text)
    return path


def test_a_token_is_read_again_when_it_rotates(tmp_path: Path) -> None:
    found = credentials(written(tmp_path))
    (tmp_path / "token").write_text("old\n")
    assert found.headers() == {"Authorization": "Bearer old"}

    (tmp_path / "token").write_text("new\n")
    assert found.headers() == {"Authorization": "Bearer new"}
    assert (found.server, found.namespace) == ("http://127.0.0.1:8001", "shop")


def test_an_authority_that_changes_is_trusted_by_new_connections(tmp_path: Path) -> None:
    store = ssl.create_default_context()
    known = [ssl.DER_cert_to_PEM_cert(found) for found in store.get_ca_certs(binary_form=True)]
    if len(known) < 2:
        pytest.skip("the machine trusts too few authorities to take two from")

    path = tmp_path / "ca.crt"
    path.write_text(known[0])
    tls = ssl.create_default_context(cafile=str(path))
    found = Credentials(server="https://x", namespace="d", tls=tls, token="t", authority=Authority(path))
    found.headers()
    assert tls.cert_store_stats()["x509"] == 1

    path.write_text(known[0] + known[1])
    os.utime(path, ns=(1, 1))
    found.headers()
    assert tls.cert_store_stats()["x509"] == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "contexts has no entry"),
        (KUBECONFIG.replace("name: u,", "name: other,"), "users has no entry named 'u'"),
        (KUBECONFIG.replace("tokenFile: token", "exec: {command: aws}"), "exec or auth-provider"),
    ],
)
def test_a_kubeconfig_that_is_no_use_says_why(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(NoCredentials, match=words):
        credentials(written(tmp_path, text))


def test_a_kubeconfig_that_is_missing_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoCredentials, match="--kubeconfig"):
        credentials(tmp_path / "none")
