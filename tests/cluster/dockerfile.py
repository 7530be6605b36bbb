"""A Dockerfile's own steps without Docker: each stage is a folder, each RUN a command with that folder as its root."""

import json
import os
import shlex
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .cache import BUILD_SECONDS, cached, run
from .progress import Missing
from .toolchain import debian, installed

BASE = "debian:bookworm-slim"
SUITE = "bookworm"
# What a build may know of the machine: how to reach the network and whom to trust there.
PASSED = ("http_proxy", "https_proxy", "no_proxy", "PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX")
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(slots=True)
class Stage:
    """One FROM and what was done since."""

    root: Path
    name: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    user: str = ""
    entrypoint: list[str] = field(default_factory=list)


def build(dockerfile: Path, context: Path, folder: Path) -> Stage:
    """Carry out every step; the last stage is the image. Raises Missing for a step that is not known."""
    stages: list[Stage] = []
    for word, rest in instructions(dockerfile.read_text()):
        if word == "FROM":
            stages.append(_begin(rest, folder / f"stage-{len(stages)}"))
        else:
            _step(word, rest, stages, context)

    return stages[-1]


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Each instruction and its words; comments are left out, continued lines joined."""
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            word, _, rest = line.strip().partition(" ")
            yield word.upper(), rest


def _begin(rest: str, root: Path) -> Stage:
    base, _, name = rest.partition(" AS ")
    if base != BASE:
        message = f"FROM {base}: only {BASE} can be made without Docker"
        raise Missing(message)

    run(["cp", "-a", "--reflink=auto", base_system(), root])
    return Stage(root, name.strip())


def _step(word: str, rest: str, stages: list[Stage], context: Path) -> None:
    stage = stages[-1]
    match word:
        case "RUN":
            _run(stage, rest)
        case "COPY":
            _copy(stage, rest, stages, context)
        case "ENV":
            stage.environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        case "USER":
            stage.user = rest
        case "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        case _:
            message = f"{word}: this step is not known without Docker"
            raise Missing(message)


def _run(stage: Stage, command: str) -> None:
    """In namespaces of its own: mounts and processes end with the command."""
    passed = {name: os.environ[name] for name in PASSED if name in os.environ}
    trust = dict.fromkeys(("SSL_CERT_FILE", "PIP_CERT"), "/run/authorities.crt") if AUTHORITIES.exists() else {}
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", **passed, **trust}
    settings = [f"{name}={value}" for name, value in {**environment, **stage.environment}.items()]
    script = (
        'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount -t tmpfs tmpfs "$0/run" && '
        'cp -L /etc/resolv.conf "$0/run/resolv.conf" && touch "$0/etc/resolv.conf" && '
        'mount --bind "$0/run/resolv.conf" "$0/etc/resolv.conf" && '
        f'if [ -e {AUTHORITIES} ]; then cp {AUTHORITIES} "$0/run/authorities.crt"; fi && '
        'exec chroot "$0" env -i "$@"'
    )
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    run([*namespaces, "sh", "-c", script, stage.root, *settings, "sh", "-c", command], seconds=BUILD_SECONDS)


def _copy(stage: Stage, rest: str, stages: list[Stage], context: Path) -> None:
    words = shlex.split(rest)
    source = context
    if words[0].startswith("--from="):
        name = words.pop(0).removeprefix("--from=")
        source = next(found.root for found in stages if found.name == name)

    *names, target = words
    place = stage.root / target.lstrip("/")
    (place if target.endswith("/") else place.parent).mkdir(parents=True, exist_ok=True)
    for name in names:
        found = source / name.lstrip("/")
        if found.is_dir():
            shutil.copytree(
                found, place, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy2(found, place)


def base_system() -> Path:
    """A minimal Debian, as the base image is."""
    if os.geteuid() != 0:
        message = "building the operator's image without Docker needs root: run this as root"
        raise Missing(message)

    installed(["wget"], ["wget"], "debootstrap fetches a base system with it")
    tools = debian("debootstrap", ["debootstrap"])

    def make(folder: Path) -> None:
        command: list[str | Path] = [tools / "usr/sbin/debootstrap", "--variant=minbase", SUITE, folder / "root"]
        run(command, seconds=BUILD_SECONDS, env={"DEBOOTSTRAP_DIR": str(tools / "usr/share/debootstrap")})
        shutil.rmtree(folder / "root/var/cache/apt/archives", ignore_errors=True)

    return cached(f"debian-{SUITE}", f"Making a base system of Debian {SUITE} (once; about 1 minute)", make) / "root"


def layer(stage: Stage, path: Path) -> None:
    """The stage's folder as one layer."""
    with tarfile.open(path, "w") as tar:
        for name in sorted(found.name for found in stage.root.iterdir()):
            if name not in {"proc", "dev", "run", "sys"}:
                tar.add(stage.root / name, name)

        for name in ("proc", "dev", "run", "sys"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
