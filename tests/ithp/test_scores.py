"""Scores against scikit-learn's, and intervals that respect dependent rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from threefold.ithp.scores import METRICS, score, weighted_scores


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=50))
def test_weighted_scores_are_those_of_scikit_learn(pairs):
    true, predicted = np.array(pairs).T
    found = weighted_scores(confusion_matrix(true, predicted, labels=[0, 1]))
    expected = precision_recall_fscore_support(true, predicted, average="weighted", zero_division=0)[:3]
    assert [float(found[name]) for name in METRICS[:3]] == pytest.approx(list(expected))
    assert float(found["accuracy"]) == pytest.approx(accuracy_score(true, predicted))


def predictions(label, predicted, seeds=1, folds=2):
    n = len(label)
    parts = [
        pd.DataFrame(
            {"label": label, "predicted": predicted[s], "row": range(n), "seed": s, "fold": np.arange(n) % folds}
        )
        for s in range(seeds)
    ]
    return pd.concat(parts).assign(model="m", modalities="T", protocol="p", target=np.nan)


def test_value_is_the_mean_over_seeds_of_all_folds_together():
    rng = np.random.default_rng(0)
    label, predicted = rng.integers(0, 2, 60), rng.integers(0, 2, (3, 60))
    table = score(predictions(label, predicted, seeds=3), np.arange(60), 200, [0]).set_index("metric")
    accuracy = (predicted == label).mean(1)
    assert table.loc["accuracy", "value"] == pytest.approx(accuracy.mean())
    assert table.loc["accuracy", "sd"] == pytest.approx(accuracy.std(ddof=1))
    assert table.loc["accuracy", "fold_mean"] == pytest.approx(accuracy.mean())  # equal folds
    assert np.all((table["low"] <= table["value"]) & (table["value"] <= table["high"]))


def test_interval_widens_where_rows_of_a_group_go_together():
    rng = np.random.default_rng(1)
    label = np.repeat(rng.integers(0, 2, 40), 25)
    right = np.repeat(rng.random(40) < 0.7, 25)
    table = predictions(label, [np.where(right, label, 1 - label)])
    width = {
        name: float((s["high"] - s["low"]).iloc[3])
        for name, group in (("rows", np.arange(1000)), ("groups", np.repeat(np.arange(40), 25)))
        for s in [score(table, group, 500, [0])]
    }
    assert width["groups"] > 3 * width["rows"]
    assert width["rows"] == pytest.approx(2 * 1.96 * np.sqrt(0.7 * 0.3 / 1000), rel=0.25)


def test_equal_seeds_give_equal_intervals_to_every_model():
    rng = np.random.default_rng(2)
    table = predictions(rng.integers(0, 2, 50), [rng.integers(0, 2, 50)])
    both = score(pd.concat([table, table.assign(model="n")]), np.arange(50) // 5, 100, [3])
    m, n = (part.drop(columns="model").reset_index(drop=True) for _, part in both.groupby("model"))
    pd.testing.assert_frame_equal(m, n)
