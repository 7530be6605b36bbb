"""What is waited for on a cluster is never told of a past that is over."""

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import yaml

from tests.cluster.api import PODS, Api, Object
from tests.cluster.control_plane import kubeconfig
from tests.cluster.loopback import Loopback

NOW, LATER = ({"metadata": {"name": "web", "resourceVersion": version}} for version in ("7", "8"))


class Server(Loopback):
    """Knows one pod: what it is now is listed, and one change follows. `asked` are the questions for it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        super().__init__()

    def get(self, request: BaseHTTPRequestHandler) -> None:
        asked = dict(parse_qsl(urlsplit(request.path).query))
        self.asked.append(asked)
        listed: Object = {"metadata": {"resourceVersion": "7"}, "items": [NOW]}
        said = {"type": "MODIFIED", "object": LATER} if "watch" in asked else listed
        text = f"{json.dumps(said)}\n".encode()
        request.send_response(200)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)


def test_what_is_followed_begins_with_what_is_there_now_and_misses_nothing_that_comes_after(tmp_path: Path) -> None:
    """A watch from no known version may begin with what its server's cache has: a state from before the last write."""
    with Server() as server:
        access = tmp_path / "kubeconfig"
        access.write_text(yaml.safe_dump(kubeconfig(f"http://{server.place}", tmp_path / "none", "token")))
        states = Api(access).follow(PODS, "shop", "web", 30)

        assert [next(states), next(states)] == [NOW, LATER]

    listed, watched = server.asked
    assert "watch" not in listed
    assert watched["resourceVersion"] == "7"
    assert {asked["fieldSelector"] for asked in server.asked} == {"metadata.name=web"}
