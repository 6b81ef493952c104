"""Which trials a data set takes, and which modalities each of them trains on. Light: the rules import it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations

LINEAR = ("majority", "logistic", "svm")
CHAINED = ("ithp", "no_bottleneck", "shuffled", "published")  # a bottleneck per detector's modality
CONTROLS = ("concatenation", "no_bottleneck", "flat", "shuffled", "published")


def subsets(names: Sequence[str]) -> list[list[str]]:
    """Every non-empty set of modalities, each in the given order, smallest first: T, A, V, T-A, ..."""
    return [list(chosen) for size in range(1, len(names) + 1) for chosen in combinations(names, size)]


def orders(names: Sequence[str]) -> list[list[str]]:
    """Every order of all modalities."""
    return [list(order) for order in permutations(names)]


def batches(dataset: str, names: Sequence[str]) -> dict[str, list[str]]:
    """Trials `model/chain` of a data set with modalities `names`, prime first, by the job that trains them together.

    `ithp`: every set of modalities and every order of all of them, on Gaussian data the orders alone, or the first
    beside the concatenation. `controls`: a perceptron on the concatenation; ITHP without the bottlenecks' loss; one
    flat bottleneck whose detector sees all other modalities at once; ITHP whose detectors see other rows' modalities;
    ITHP as the official code computes it.
    """
    full = "-".join(names)
    if dataset == "gaussian":
        return {"ithp": [*(f"ithp/{'-'.join(order)}" for order in orders(names)), f"published/{full}"]}
    if dataset == "gaussian_fusion":
        return {"ithp": [f"ithp/{full}", f"concatenation/{full}"]}
    if len(names) == 1:
        return {"ithp": [f"ithp/{full}"]}
    chains = ["-".join(chain) for chain in (*subsets(names), *(orders(names)[1:] if len(names) == 3 else ()))]
    joined = ["-".join(chain) for chain in subsets(names) if len(chain) > 1]
    return {
        "ithp": list(dict.fromkeys(f"ithp/{chain}" for chain in chains)),
        "controls": [f"concatenation/{chain}" for chain in joined] + [f"{model}/{full}" for model in CONTROLS[1:]],
    }
