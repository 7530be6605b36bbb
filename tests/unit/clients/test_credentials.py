import os
import ssl
from pathlib import Path

import pytest

from tidegate.clients import Credentials, credentials
from tidegate.clients.credentials import Authority, from_service_account
from tidegate.clients.kubeconfig import NoCredentials

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
    (tmp_path / "token").write_text("old\n")
    found = credentials(written(tmp_path))
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


@pytest.mark.parametrize("missing", ["namespace", "ca.crt", "nothing of the authority"])
def test_a_service_account_that_is_not_whole_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    for name in {"token", "namespace", "ca.crt"} - {missing}:
        (tmp_path / name).write_text("shop")

    with pytest.raises(NoCredentials, match="mount the service account's volume whole"):
        from_service_account(tmp_path)


def test_a_pod_without_its_environment_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)

    with pytest.raises(NoCredentials, match="KUBERNETES_SERVICE_HOST is not set"):
        from_service_account(tmp_path)
