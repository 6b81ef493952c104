"""Work in separate processes."""

import os

import pytest

from threefold.tori.processes import map_in_processes


def _double_or_die(item):
    if item == 5:
        os._exit(1)
    return 2 * item


@pytest.mark.parametrize("workers", [1, 2])
def test_an_item_that_ends_its_process_is_lost_alone(workers):
    results = map_in_processes(_double_or_die, range(12), lambda item: -item, workers=workers, batch=4)
    assert list(results) == [0, 2, 4, 6, 8, -5, 12, 14, 16, 18, 20, 22]
