"""kopf runs for a user who has no name, as in the image."""

import os
import subprocess
import sys

import pytest

SOME_UID = 65532
WATCH = """
import asyncio, os, threading
from tidegate.clients import Credentials
from tidegate.handlers.quiet_kinds import operate

os.setuid({uid})
stop = threading.Event()
stop.set()
asyncio.run(operate(Credentials(server="http://127.0.0.1:1", namespace=None, tls=None), print, (), stop))
"""


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become another user")
def test_what_watches_the_sources_needs_no_name_of_its_user() -> None:
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.environ["PATH"]}
    words = [sys.executable, "-c", WATCH.format(uid=SOME_UID)]

    ended = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 0, ended.stderr
