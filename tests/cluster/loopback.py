"""A server on loopback for as long as a test needs it; what it answers is for who derives from it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

# How often it is looked at whether the server is to end.
SOON = 0.02


class Loopback:
    """Takes a free port when it is made, and listens within `with`."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(SOON,), daemon=True)

    @property
    def place(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self._server.server_port}"

    def get(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a GET."""
        request.send_error(405)

    def post(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a POST."""
        request.send_error(405)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        found = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                found.get(self)

            def do_POST(self) -> None:
                found.post(self)

            def log_message(self, *_: Any) -> None:
                """Nobody reads it."""

        return Handler
