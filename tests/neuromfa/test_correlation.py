"""Correlation of E with benchmark scores."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from threefold.neuromfa.correlation import correlate, partial, pearson, spearman
from threefold.neuromfa.evaluations import (
    FOLDER,
    STEPS,
    TASKS,
    available,
    evaluation_file,
    fetch_evaluations,
    read_scores,
)
from threefold.neuromfa.published import published_emergence
from threefold.record.errors import InputError
from threefold.record.tables import write_table

MODEL = "pythia-1.4b-deduped"


def test_coefficients_are_those_of_scipy_also_over_leading_axes():
    x, y, z = np.random.default_rng(0).integers(0, 9, (3, 5, 20)).astype(float)
    for k in range(5):
        assert pearson(x, y)[k] == pytest.approx(stats.pearsonr(x[k], y[k])[0])
        assert spearman(x, y)[k] == pytest.approx(stats.spearmanr(x[k], y[k])[0])
        rest = [v[k] - np.polyval(np.polyfit(z[k], v[k], 1), z[k]) for v in (x, y)]
        assert partial(x, y, z)[k] == pytest.approx(stats.pearsonr(*rest)[0])
    assert np.isnan(pearson(np.ones(4), np.arange(4.0)))


@pytest.fixture
def scores(mirror):
    return read_scores([mirror / FOLDER / evaluation_file(MODEL, step) for step in STEPS])


def test_the_published_curve_has_its_known_correlations(scores, tmp_path):
    table = correlate(published_emergence(MODEL), scores, resamples=200, seed=0)
    found = table.pivot_table(index="measure", columns="task", values="value")
    known = {"lambada_openai": (0.996, 0.96), "piqa": (0.993, 0.92), "sciq": (0.979, 0.90), "arc_easy": (0.995, 0.94)}
    for task, (linear, ranks) in known.items():
        assert found.loc["pearson", task] == pytest.approx(linear, abs=6e-4)
        assert found.loc["spearman", task] == pytest.approx(ranks, abs=6e-3)
    weak = {"arc_challenge": 0.80, "winogrande": 0.94, "wsc": -0.83, "logiqa": 0.08}
    assert {task: round(found.loc["pearson", task], 2) for task in weak} == weak
    assert found.loc["time", ["lambada_openai", "piqa"]].round(2).tolist() == [0.94, 0.95]
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()
    write_table(tmp_path / "t.parquet", table.assign(model=MODEL, source="figure"), "neuromfa/correlation")
    late = scores[scores["step"] >= 1000]
    late = correlate(published_emergence(MODEL), late, resamples=100, seed=0).query("measure == 'pearson'")
    late = late.set_index("task")["value"]
    assert [round(late[task], 3) for task in known] == [0.991, 0.984, 0.959, 0.983]


def test_final_scores_are_the_published_ones(scores):
    final = scores[scores["step"] == 143_000].set_index("task")["accuracy"]
    assert (round(final["lambada_openai"], 4), round(final["piqa"], 4)) == (0.6187, 0.7203)
    assert len(scores) == 27 * len(TASKS)


def test_scores_are_available_where_a_mirror_has_them(mirror, tmp_path):
    assert available([MODEL, "pythia-14m-deduped"], str(mirror), False) == [MODEL]
    assert available([MODEL, "pythia-14m-deduped"], None, True) == [MODEL]
    assert available([MODEL], str(tmp_path), False) == available([MODEL], None, False) == []


def test_scores_are_copied_from_the_mirror_and_checked(mirror, tmp_path):
    paths = [tmp_path / f"{step}.json" for step in STEPS]
    fetch_evaluations(MODEL, paths, str(mirror), download=False)
    assert read_scores(paths)["step"].nunique() == 27
    wrong = tmp_path / "mirror" / FOLDER / evaluation_file(MODEL, 0)
    wrong.parent.mkdir(parents=True)
    wrong.write_text("{}")
    with pytest.raises(InputError, match=r"step0\.json: SHA-256 .*: not the published file"):
        fetch_evaluations(MODEL, paths, str(tmp_path / "mirror"), download=False)
    with pytest.raises(InputError, match="no published scores"):
        fetch_evaluations("pythia-14m", paths, str(mirror), download=False)


def test_a_damaged_file_of_scores_is_named(tmp_path):
    (tmp_path / "s.json").write_text('{"results": {}}')
    with pytest.raises(InputError, match=r"s\.json: not a file of scores"):
        read_scores([tmp_path / "s.json"] * len(STEPS))


def test_differences_and_partials_are_of_successive_steps_and_of_the_logarithm():
    rng = np.random.default_rng(1)
    steps = np.array([0, 1, 10, 100, 1000, 5000])
    e, a = rng.random((2, 6))
    scores = pd.DataFrame({"step": steps, "task": "piqa", "accuracy": a})
    table = correlate(pd.DataFrame({"step": steps, "emergence": e}), scores, resamples=100, seed=0).set_index("measure")
    assert table.loc["differences", "value"] == pytest.approx(stats.pearsonr(np.diff(e), np.diff(a))[0])
    assert table.loc["differences", "points"] == 5
    rest = [v - np.polyval(np.polyfit(np.log1p(steps), v, 1), np.log1p(steps)) for v in (e, a)]
    assert table.loc["partial", "value"] == pytest.approx(stats.pearsonr(*rest)[0])
    assert table.loc["time", "value"] == pytest.approx(stats.pearsonr(np.log1p(steps), a)[0])


def test_steps_that_one_side_lacks_are_left_out():
    emergence = pd.DataFrame({"step": [0, 1, 2, 5], "emergence": [0.0, 1, 2, 9]})
    scores = pd.DataFrame({"step": [0, 1, 2, 4], "task": "piqa", "accuracy": [0.1, 0.2, 0.3, 0.9]})
    table = correlate(emergence, scores, resamples=100, seed=0).set_index("measure")
    assert table.loc["pearson", "value"] == pytest.approx(1) and table.loc["pearson", "points"] == 3


def test_spearman_is_that_of_scipy_to_the_bit():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 9, (2, 500, 27)) / 7  # with ties
    expected = pearson(stats.rankdata(x, axis=-1), stats.rankdata(y, axis=-1))
    assert spearman(x, y).tobytes() == expected.tobytes()
    assert spearman(x[0], y[0]) == expected[0]
