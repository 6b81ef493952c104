"""Sampled networks of a tiny model, for all tests of the chain."""

import pytest

from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.neox import Shape
from threefold.neuromfa.sampling import sample_graphs


@pytest.fixture(scope="session")
def checkpoint():
    return InitialCheckpoint("tiny", Shape(hidden_size=24, blocks=2, heads=2, vocabulary=32), seed=0)


@pytest.fixture(scope="session")
def graphs(checkpoint):
    """Three networks of sample size 4."""
    return sample_graphs(checkpoint, sample_size=4, seeds=range(3))
