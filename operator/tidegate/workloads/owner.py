"""Which Release an object of ours belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.api.names import API_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A Release as the owner of what is made for it."""

    name: str
    namespace: str
    uid: str

    def reference(self) -> dict[str, Any]:
        """The controller reference: the garbage collector follows it, and others keep their hands off."""
        return {
            "apiVersion": API_VERSION,
            "kind": "Release",
            "name": self.name,
            "uid": self.uid,
            "controller": True,
            "blockOwnerDeletion": True,
        }

    def owns(self, found: Mapping[str, Any]) -> bool:
        """True for an object that carries this Release's controller reference."""
        references = found.get("metadata", {}).get("ownerReferences") or ()
        return any(reference.get("uid") == self.uid for reference in references)
