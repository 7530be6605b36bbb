"""The store never goes back in time and never misses a delete."""

from typing import Any

from tidegate.watch import Store


def thing(name: str, version: int, uid: str = "u") -> dict[str, Any]:
    return {"metadata": {"namespace": "shop", "name": name, "resourceVersion": str(version), "uid": uid}}


def test_an_older_event_does_not_undo_a_newer_answer() -> None:
    store = Store()
    store.put(thing("a", 5))

    store.put(thing("a", 4))

    assert store.get(("shop", "a")) == thing("a", 5)


def test_an_answer_that_comes_after_its_objects_end_brings_nothing_back() -> None:
    store = Store()
    store.put(thing("a", 5))
    store.drop(thing("a", 7))

    store.put(thing("a", 6))
    assert store.get(("shop", "a")) is None

    store.put(thing("a", 8, uid="new"))
    assert store.get(("shop", "a")) == thing("a", 8, uid="new")


def test_an_answer_that_is_older_than_a_list_without_its_object_brings_nothing_back() -> None:
    store = Store()
    store.put(thing("a", 5))
    store.swap([], version=10)

    store.put(thing("a", 9))

    assert len(store) == 0


def test_a_new_list_drops_what_was_deleted_and_keeps_what_is_newer_than_itself() -> None:
    store = Store()
    for found in (thing("gone", 3), thing("kept", 4), thing("young", 12)):
        store.put(found)
    deleted: list[str] = []
    store.on_change(lambda old, new: deleted.append(old["metadata"]["name"]) if old and new is None else None)

    store.swap([thing("kept", 4)], version=10)

    assert deleted == ["gone"]
    assert sorted(found["metadata"]["name"] for found in store) == ["kept", "young"]


def test_a_delete_of_an_earlier_object_of_the_same_name_drops_nothing() -> None:
    store = Store()
    store.put(thing("a", 5, uid="new"))

    store.drop(thing("a", 4, uid="old"))

    assert len(store) == 1


def test_an_index_follows_every_change() -> None:
    store = Store(index=lambda found: [("shop", found["metadata"]["uid"])])
    store.put(thing("a", 1, uid="x"))
    store.put(thing("a", 2, uid="y"))

    assert store.of(("shop", "x")) == ()
    assert store.of(("shop", "y")) == (thing("a", 2, uid="y"),)


def test_a_list_of_one_namespace_drops_nothing_of_another() -> None:
    store = Store()
    elsewhere = {"metadata": {"namespace": "bank", "name": "b", "resourceVersion": "3", "uid": "u"}}
    store.put(elsewhere)
    store.put(thing("a", 4))

    store.swap([], version=10, namespace="shop")

    assert list(store) == [elsewhere]
