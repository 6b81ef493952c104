"""Degree of emergence and its intervals."""

import numpy as np
import pandas as pd
import pytest

from threefold.neuromfa.emergence import CENTRES, degree_of_emergence, measure_emergence
from threefold.record.tables import read_table, write_table


def metrics_of(alpha_0, width, model="m", steps=(0, 1, 2)):
    """Rows of neuromfa/metrics for alpha_0 and width [steps, seeds]."""
    rows = [
        {"model": model, "step": step, "seed": seed, "alpha_0": a, "width": w}
        for step, a_row, w_row in zip(steps, alpha_0, width, strict=True)
        for seed, (a, w) in enumerate(zip(a_row, w_row, strict=True))
    ]
    common = {"sample_size": 64, "window": 150, "r2_median": 0.9}
    return pd.DataFrame(rows).assign(**common, **dict.fromkeys(CENTRES, 10))


def test_emergence_has_its_closed_form():
    assert degree_of_emergence(1.0, 0.8, 2.0, 0.4) == pytest.approx(2 * np.log(2))
    assert degree_of_emergence(2.0, 0.4, 2.0, 0.4) == 0


def test_emergence_is_of_the_means_not_the_mean_over_seeds():
    alpha_0 = np.array([[2.0, 1.0], [1.0, 1.0]])
    width = np.array([[0.4, 0.6], [1.0, 1.5]])
    table = measure_emergence(metrics_of(alpha_0, width, steps=(0, 8)), resamples=200, seed=0)
    assert table["emergence"].tolist() == pytest.approx([0, 2.5 * np.log(1.5)])
    assert table["alpha_0_sd"].tolist() == pytest.approx([np.std([2, 1], ddof=1), 0])


def test_resampling_is_paired_over_steps():
    rng = np.random.default_rng(0)
    alpha_0 = rng.uniform(1, 2, (1, 10)) * [[1], [0.5], [0.25]]  # seeds differ, their ratio between steps does not
    width = rng.uniform(0.5, 1, (1, 10)) * [[1], [1], [2]]
    table = measure_emergence(metrics_of(alpha_0, width), resamples=500, seed=0)
    expected = [0, np.log(2), 2 * np.log(4)]
    for end in ("", "_low", "_high"):
        assert table[f"emergence{end}"].tolist() == pytest.approx(expected, abs=1e-12)
    assert (table["alpha_0_low"] < table["alpha_0"]).all() and (table["alpha_0"] < table["alpha_0_high"]).all()


def test_intervals_have_the_width_of_the_standard_error():
    alpha_0 = np.random.default_rng(1).normal(2, 0.1, (1, 40))
    table = measure_emergence(metrics_of(alpha_0, np.ones((1, 40)), steps=(0,)), resamples=4000, seed=0)
    half = (table["alpha_0_high"] - table["alpha_0_low"]).item() / 2
    assert half == pytest.approx(1.96 * alpha_0.std() / 40**0.5, rel=0.06)


def test_seeds_without_a_spectrum_at_some_step_are_left_out():
    alpha_0, width = np.full((3, 4), 2.0), np.full((3, 4), 0.5)
    alpha_0[1, 2] = width[1, 2] = np.nan
    table = measure_emergence(metrics_of(alpha_0, width), resamples=100, seed=0)
    assert table["seeds"].tolist() == [3, 3, 3] and table["emergence"].tolist() == [0, 0, 0]


def test_a_model_without_spectra_has_empty_values(tmp_path):
    nothing = np.full((3, 4), np.nan)
    whole = np.ones((3, 4))
    metrics = pd.concat([metrics_of(nothing, nothing, model="none"), metrics_of(whole, whole, model="whole")])
    table = measure_emergence(metrics, resamples=100, seed=0).set_index("model")
    assert table.loc["none", "emergence"].isna().all() and (table.loc["none", "seeds"] == 0).all()
    assert (table.loc["whole", "emergence"] == 0).all()
    write_table(tmp_path / "emergence.parquet", table.reset_index(), "neuromfa/emergence")
    assert len(read_table(tmp_path / "emergence.parquet")) == 6


def test_the_same_seed_gives_the_same_intervals():
    rng = np.random.default_rng(2)
    metrics = metrics_of(rng.uniform(1, 2, (3, 10)), rng.uniform(1, 2, (3, 10)))
    first, second = (measure_emergence(metrics, resamples=100, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(first, second, check_exact=True)
