"""What the API server shows to the servers that it asks for others' sake: the aggregation layer."""

from pathlib import Path

from .cache import run

DAYS = "30"
HEADERS = {
    "requestheader-username-headers": "X-Remote-User",
    "requestheader-group-headers": "X-Remote-Group",
    "requestheader-extra-headers-prefix": "X-Remote-Extra-",
}


def ask_for_others(folder: Path) -> dict[str, object]:
    """The API server's flags, with a certificate that says for whom it asks; an aggregated server trusts it."""
    place = folder / "front-proxy"
    if not place.exists():
        place.mkdir()
        _sign(place, "authority")
        _sign(place, "client", "-CA", place / "authority.crt", "-CAkey", place / "authority.key")

    return {
        **HEADERS,
        "requestheader-client-ca-file": place / "authority.crt",
        "proxy-client-cert-file": place / "client.crt",
        "proxy-client-key-file": place / "client.key",
        # Straight to an endpoint: the API server of a simulated node has no proxy beside it.
        "enable-aggregator-routing": "true",
    }


def _sign(place: Path, name: str, *by: str | Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]
    files: list[str | Path] = ["-keyout", place / f"{name}.key", "-out", place / f"{name}.crt"]
    run([*command, "-subj", f"/CN=front-proxy-{name}", "-days", DAYS, *files, *by])
