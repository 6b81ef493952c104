"""Work in separate processes."""

import os

import pytest

from threefold.tori.processes import Limits, map_in_processes


def _double_or_die(item):
    if item == 5:
        os._exit(1)
    return 2 * item


@pytest.mark.parametrize("workers", [1, 2])
def test_an_item_that_ends_its_process_is_lost_alone(workers):
    results = map_in_processes(_double_or_die, range(12), lambda item: -item, workers=workers, batch=4)
    assert list(results) == [0, 2, 4, 6, 8, -5, 12, 14, 16, 18, 20, 22]


def _busy(item):
    while item == "endless":
        pass
    return item


def _hungry(item):
    return len(bytearray(2**31)) if item == "hungry" else item


def test_an_item_that_takes_too_long_is_lost_alone():
    limits = Limits(seconds=0.3)
    found = map_in_processes(_busy, ["a", "endless", "b"], lost=lambda item: f"lost {item}", limits=limits)
    assert list(found) == ["a", "lost endless", "b"]


def test_an_item_that_takes_too_much_memory_is_lost_alone():
    limits = Limits(gigabytes=0.5)
    found = map_in_processes(_hungry, ["a", "hungry", "b"], lost=lambda item: f"lost {item}", limits=limits)
    assert list(found) == ["a", "lost hungry", "b"]
