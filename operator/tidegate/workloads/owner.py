"""Which Release an object of ours belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.api.key import Key
from tidegate.api.names import API_VERSION, LABEL_HANDED_OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A Release as the owner of what is made for it."""

    name: str
    namespace: str
    uid: str

    @property
    def key(self) -> Key:
        """Where the stores, the queue and the memories keep what is this Release's."""
        return Key(self.namespace, self.name)

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

    def may_take(self, found: Mapping[str, Any]) -> bool:
        """True for what is this Release's, or was handed over by one of its name and is nobody's now."""
        metadata = found.get("metadata", {})
        left = (metadata.get("labels") or {}).get(LABEL_HANDED_OVER) == self.name
        return self.owns(found) or (left and not metadata.get("ownerReferences"))

    def owns(self, found: Mapping[str, Any]) -> bool:
        """True for an object that carries this Release's controller reference."""
        references = found.get("metadata", {}).get("ownerReferences") or ()
        return any(reference.get("uid") == self.uid for reference in references)
