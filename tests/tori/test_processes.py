"""Work in separate processes."""

import os
import re
import time

import pytest
import snappy

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


def _stuck(item):
    if item == "in C":
        re.match(r"(a+)+$", "a" * 60 + "b")  # returns to the interpreter after years
    elif item == "waiting":
        time.sleep(3600)
    return item


@pytest.mark.parametrize("item", ["in C", "waiting"])
def test_an_item_that_hangs_outside_of_python_is_lost_alone(item):
    limits = Limits(seconds=0.2)
    found = map_in_processes(_stuck, ["a", item, "b"], lambda item: f"lost {item}", workers=2, limits=limits)
    assert list(found) == ["a", f"lost {item}", "b"]


def _abort_in_snappy(item):
    triangulation = snappy.Triangulation("m003(-3,1)" if item == "closed" else "m004").filled_triangulation()
    return triangulation.filled_triangulation().num_tetrahedra()  # SnapPy ends the interpreter if it is closed


def test_an_abort_inside_snappy_loses_one_item_of_a_batch():
    items = ["a", "b", "closed", "c", "d"]
    found = list(map_in_processes(_abort_in_snappy, items, lambda item: f"lost {item}", workers=2, batch=5))
    assert found == [2, 2, "lost closed", 2, 2]
