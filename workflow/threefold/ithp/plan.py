"""Which trials a data set takes, and which modalities each of them trains on. Light: the rules import it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations

MODALITIES = {  # in the published order, prime first: MOSI T, A, V (spec §1.5)
    "gaussian": ("X0", "X1", "X2"),
    "mosi": ("T", "A", "V"),
    "mustard": ("T",),
}
LINEAR = ("majority", "logistic", "svm")
NETWORKS = ("concatenation", "no_bottleneck", "shuffled")


def subsets(names: Sequence[str]) -> list[list[str]]:
    """Every non-empty set of modalities, each in the given order, smallest first: T, A, V, T-A, ..."""
    return [list(chosen) for size in range(1, len(names) + 1) for chosen in combinations(names, size)]


def trials(dataset: str) -> list[str]:
    """`experiment/trial` for every network trained on a data set.

    `modalities` trains ITHP: on real data a trial per set of modalities, on Gaussian data one trial with every order
    of all of them. `controls` are networks of the same size: a perceptron on the concatenation, ITHP without the
    bottlenecks' loss, and ITHP whose detectors see other rows' modalities.
    """
    names = MODALITIES[dataset]
    if dataset == "gaussian":
        return ["modalities/orders"]
    controls = [f"controls/{trial}" for trial in NETWORKS] if len(names) > 1 else []
    return [f"modalities/{'-'.join(chain)}" for chain in subsets(names)] + controls


def model_name(trial: str) -> str:
    """What a trial's network is called in tables: ithp, or the control's name."""
    return trial if trial in NETWORKS else "ithp"


def chains(trial: str, names: Sequence[str]) -> list[list[str]]:
    """The modalities, prime first, of each model that a trial trains on a data set with modalities `names`."""
    if trial == "orders":
        return [list(order) for order in permutations(names)]
    if trial == "concatenation":
        return [chain for chain in subsets(names) if len(chain) > 1]
    return [list(names)] if trial in NETWORKS else [trial.split("-")]
