"""Images without a registry: one layer in an archive that containerd imports."""

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from . import dockerfile
from .binaries import shop
from .cache import cached
from .progress import Missing


@dataclass(frozen=True, slots=True)
class Archive:
    """An image in a file."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class BinaryImage:
    """An image that holds one static program."""

    name: str
    arguments: tuple[str, ...] = ()

    def archive(self) -> Archive:
        """Build the archive, once for each content."""
        content = shop().read_bytes()
        digest = hashlib.sha256(content + self.name.encode()).hexdigest()[:12]

        def build(folder: Path) -> None:
            layer = layer_of({"shop": content})
            configuration = {"Entrypoint": ["/shop", *self.arguments], "User": "65532"}
            write_archive(folder / "image.tar", self.name, layer, configuration)

        return Archive(self.name, cached(f"image-{digest}", f"Putting together {self.name}", build) / "image.tar")


PAUSE = BinaryImage("tidegate.local/pause:1", ("pause",))
SHOP = BinaryImage("tidegate.local/shop:1")
OPERATOR = "tidegate.local/tidegate:0.1.0"
ROOT = Path(__file__).parents[2]
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def operator_image() -> Archive:
    """The operator's image by the Dockerfile's own steps, built again when what goes into it changes."""
    inputs = [ROOT / name for name in ("Dockerfile", "pyproject.toml", "uv.lock")]
    inputs += sorted((ROOT / "operator").rglob("*.py"))
    digest = hashlib.sha256(b"".join(found.read_bytes() for found in inputs)).hexdigest()[:12]

    def build(folder: Path) -> None:
        with TemporaryDirectory(dir=folder) as stages:
            stage = dockerfile.build(ROOT / "Dockerfile", ROOT, Path(stages))
            path = Path(stages) / "layer.tar"
            dockerfile.layer(stage, path)
            environment = [f"{name}={value}" for name, value in stage.environment.items()]
            configuration = {"Entrypoint": stage.entrypoint, "User": stage.user, "Env": environment}
            write_archive(folder / "image.tar", OPERATOR, path.read_bytes(), configuration)

    what = "Building the operator's image by the Dockerfile's steps (about 1 minute)"
    # Each change of the operator makes another one, of 200 MB.
    return Archive(OPERATOR, cached(f"image-operator-{digest}", what, build, keep=3) / "image.tar")


def architecture(machine: str = "") -> str:
    """The machine's, as images name it: Go, Debian and the wheels of Traefik and Go are there for both of these."""
    found = machine or platform.machine()
    if found not in ARCHITECTURES:
        message = f"no image can be made for {found}: Traefik's wheel is there for {', '.join(ARCHITECTURES)}; use kind"
        raise Missing(message)

    return ARCHITECTURES[found]


def layer_of(files: dict[str, bytes]) -> bytes:
    """A layer of a few programs."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            tar.addfile(entry, io.BytesIO(content))

    return buffer.getvalue()


def write_archive(path: Path, name: str, layer: bytes, configuration: Mapping[str, object]) -> None:
    """An archive as `docker save` makes it."""
    image = json.dumps(
        {
            "architecture": architecture(),
            "os": "linux",
            "config": configuration,
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        }
    ).encode()
    manifest = json.dumps([{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(path, "w") as tar:
        for entry_name, content in (("manifest.json", manifest), ("config.json", image), ("layer.tar", layer)):
            entry = tarfile.TarInfo(entry_name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
