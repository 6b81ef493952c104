"""What a sweep has found: its best trial, and how much each parameter decides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

FEWEST = 4  # trials from which an importance can be told at all


def ended_well(trials: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The trials that have a value of `metric`."""
    return trials[(trials["status"] == "ok") & trials[metric].notna()]


def best_of(trials: pd.DataFrame, metric: str, goal: str) -> pd.Series:
    """The row with the best value of `metric`, the first of equal ones."""
    return trials.loc[trials[metric].idxmax() if goal == "maximize" else trials[metric].idxmin()]


def best_trial(trials: pd.DataFrame, parameters: Sequence[str], metric: str, goal: str) -> dict[str, Any]:
    """The best trial as JSON: its parameters, all its settings, and how many trials there were.

    Of a sweep that ends trials early, only those of its last round, which ran to the end, are eligible for it: the
    caller passes them alone.
    """
    ended = ended_well(trials, metric)
    found = {"metric": metric, "goal": goal, "trials": len(trials), "failed": int((trials["status"] != "ok").sum())}
    if ended.empty:
        return found | {"trial": None}
    best = best_of(ended, metric, goal)
    return found | {
        "trial": best["trial"],
        "number": int(best["number"]),
        "value": float(best[metric]),
        "parameters": {name: _plain(best[name]) for name in parameters},
        "settings": json.loads(best["settings"]),
    }


def comparable(trials: pd.DataFrame, early: bool) -> pd.DataFrame:
    """The trials whose metrics can be compared: of a sweep that ends trials early, those of the first round."""
    return trials[trials["round"] == 0] if early else trials


def varied(trials: pd.DataFrame, parameters: Sequence[str]) -> list[str]:
    """Those parameters that took more than one value."""
    return [name for name in parameters if len(set(trials[name].astype(str))) > 1]


def importance(trials: pd.DataFrame, parameters: Sequence[str], metric: str, seed: int) -> pd.DataFrame:
    """How much each parameter decides about `metric` over the trials that ended well: sweeps/importance.

    Values count by their rank, so each of those tried weighs the same, whatever the distances between them.
    """
    import optuna

    ended = ended_well(trials, metric)
    names, shares = varied(ended, parameters), {}
    ranks = {name: _ranks(ended[name]) for name in names}
    if len(ended) >= FEWEST and names and np.ptp(ended[metric]) > 0:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study()
        spaces = {name: optuna.distributions.FloatDistribution(0, float(rank.max())) for name, rank in ranks.items()}
        for k, value in enumerate(ended[metric]):
            params = {name: float(rank[k]) for name, rank in ranks.items()}
            study.add_trial(optuna.trial.create_trial(params=params, distributions=spaces, value=float(value)))
        shares = optuna.importance.FanovaImportanceEvaluator(seed=seed).evaluate(study)
    numbers = {name: pd.api.types.is_numeric_dtype(ended[name]) for name in names}
    rows = [
        {
            "parameter": name,
            "importance": shares.get(name, np.nan),
            "correlation": ended[name].corr(ended[metric], method="spearman") if numbers[name] else np.nan,
            "values": int(ended[name].astype(str).nunique()),
            "trials": len(ended),
        }
        for name in names
    ]
    table = pd.DataFrame(rows, columns=["parameter", "importance", "correlation", "values", "trials"])
    return table.sort_values("importance", ascending=False, kind="stable", ignore_index=True)


def _ranks(values: pd.Series) -> np.ndarray:
    """Each value's place among the different values, from 0; values that are no numbers in the order of their text."""
    if not pd.api.types.is_numeric_dtype(values) or values.isna().any():
        values = values.astype(str)
    return np.unique(values.to_numpy(), return_inverse=True)[1]


def _plain(value: Any) -> Any:
    """A cell of a table as JSON knows it."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
