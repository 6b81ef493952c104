"""Tables of what is known exactly on Gaussian modalities: optima, orders of the modalities, ceilings.

Source: docs/science/ithp.md#gaussian-benchmark.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations, permutations

import numpy as np
import pandas as pd

from threefold.ithp import gaussian as closed_form
from threefold.ithp import information

LAMBDAS = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0]
COMMON = [0.0, 0.3, 0.6, 0.8, 0.9, 0.95]


def optima(r: Sequence[float], law: dict, betas: Sequence[float], chains: Sequence[dict], seed: int) -> pd.DataFrame:
    """Every quantity by its closed form and from determinants of covariances: ithp/closed_forms.

    Source: docs/science/ithp.md#one-level-optimum, docs/science/ithp.md#two-level-optimum,
    docs/science/ithp.md#official-loss-optimum.

    `r`: correlations for one bottleneck; `law` and `chains`: for two; each chain also over `LAMBDAS`. Determinants are
    taken after random invertible maps of every variable, which change no information.
    """
    rng = np.random.default_rng([seed, 5])
    found = []
    for beta in betas:
        a = closed_form.one_level(np.asarray(r), beta)
        exact = {"I(X0;B0)": closed_form.rate(a), "I(B0;X1)": closed_form.relevance(a, np.asarray(r))}
        found += _rows("one level", {"beta": beta}, exact, _determinants([r], a, None, rng))
    lambdas = [{**multipliers, "lam": lam} for multipliers in chains for lam in LAMBDAS]
    for multipliers in {tuple(m.items()): m for m in [*chains, *lambdas]}.values():
        a, c, _ = closed_form.two_level(*map(np.asarray, law["correlations"]), **multipliers)
        exact = closed_form.two_level_information(*map(np.asarray, law["correlations"]), a, c)
        found += _rows("two levels", multipliers, exact, _determinants(law["correlations"], a, c, rng))
    for kappa in betas:  # X1 in units of its canonical coordinates, where the eigenvalues are r²
        rate, left = closed_form.official(np.square(r), kappa)
        a = np.maximum(2 * kappa * np.square(r) - 1, 0)
        by_matrices = _determinants([r], a, None, rng)["I(X0;B0)"]
        exact = {"I(X0;B0)": rate, "squared error": len(r) - np.square(r).sum() + left.sum()}
        error = (1 - np.square(r) * a / (1 + a)).sum()
        found += _rows("official loss", {"beta": kappa}, exact, {"I(X0;B0)": by_matrices, "squared error": error})
    return pd.DataFrame(found)


def _rows(optimum: str, setting: dict, exact: dict[str, float], by_matrices: dict[str, float]) -> list[dict]:
    setting = {"beta": np.nan, "gamma": np.nan, "lam": np.nan} | setting
    return [
        {"optimum": optimum, **setting, "quantity": name, "value": float(value), "by_matrices": by_matrices[name]}
        for name, value in exact.items()
    ]


def _determinants(
    correlations: Sequence[Sequence[float]], a: np.ndarray, c: np.ndarray | None, rng: np.random.Generator
) -> dict[str, float]:
    """The informations between X0, X1, ..., B0 and B1 from their joint covariance, each variable mixed at random."""
    p, eye = len(a), np.eye(len(a))
    noisy = [(r, np.sqrt(1 - np.square(r))) for r in map(np.asarray, correlations)]
    names = ["X0", *(f"X{k + 1}" for k in range(len(noisy))), "B0", *(["B1"] if c is not None else [])]
    sources = len(noisy) + 1 + 1 + (c is not None)  # u and a noise of each other variable
    weight = {"X0": [eye] + [0 * eye] * (sources - 1)}
    for k, (r, own) in enumerate(noisy):
        weight[f"X{k + 1}"] = [np.diag(r), *(np.diag(own) * (j == k) for j in range(sources - 1))]
    weight["B0"] = [np.diag(np.sqrt(a)), *(eye * (j == len(noisy)) for j in range(sources - 1))]
    if c is not None:
        gain = np.diag(np.sqrt(c / (1 + a)))
        weight["B1"] = [gain @ block for block in weight["B0"]]
        weight["B1"][-1] = eye
    rows = np.vstack([rng.standard_normal((p, p)) @ np.hstack(weight[name]) for name in names])
    covariance = rows @ rows.T
    place = {name: slice(k * p, (k + 1) * p) for k, name in enumerate(names)}
    return {
        f"I({first};{second})": information.gaussian(covariance, place[first], place[second])
        for first, second in permutations(names, 2)
    }


def orders(law: dict, chains: Sequence[dict]) -> pd.DataFrame:
    """Each of the six orders of the modalities at each setting, at its optimum: ithp/orders."""
    found = []
    for order in permutations(range(3)):
        name = "-".join(f"X{k}" for k in order)
        found += [{"modalities": name, **m, **closed_form.order_optimum(law, order, **m)} for m in chains]
    return pd.DataFrame(found)


def ceilings(law: dict) -> pd.DataFrame:
    """Best accuracies from every set of modalities, by what X1 and X2 share and X0 lacks: ithp/ceilings.

    `law` with common and common_weights; the former are multiplied so that their largest is each of `COMMON`.
    """
    sets = chain.from_iterable(combinations(range(3), size) for size in (1, 2, 3))
    largest = max(law["common"])
    found = []
    for seen in sets:
        name = "-".join(f"X{k}" for k in seen)
        for strength in sorted({*COMMON, largest}):
            scaled = law | {"common": [strength / largest * x for x in law["common"]]}
            accuracy = closed_form.accuracy_ceiling(closed_form.label_correlation(scaled, seen))
            found.append({"modalities": name, "common": strength, "accuracy": accuracy})
    return pd.DataFrame(found)
