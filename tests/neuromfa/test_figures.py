"""Figures draw what the tables hold, and return it."""

import numpy as np
import pandas as pd
import pytest

from threefold.neuromfa.figures import (
    draw_controls,
    draw_correlation,
    draw_fetched,
    draw_initial,
    draw_spectra,
    draw_training,
)
from threefold.neuromfa.initial import tabulate_initial
from threefold.neuromfa.published import all_published_emergence
from threefold.neuromfa.spectrum import Q
from threefold.record.style import save_figure


@pytest.fixture
def spectra():
    rows = [
        {"model": model, "step": step, "seed": seed, "q": q, "alpha": 1 - q / 10 + seed / 100 - step / 50, "f": -q * q}
        for model in ("a", "b")
        for step in (0, 1, 8)
        for seed in range(3)
        for q in Q
    ]
    return pd.DataFrame(rows).assign(alpha=lambda t: t["alpha"].where(t["q"] < 3))


def test_spectra_are_means_over_networks_with_a_panel_per_model(spectra):
    figure, plotted = draw_spectra(spectra)
    assert [ax.get_title() for ax in figure.axes[:2]] == ["a", "b"]
    assert [len(ax.lines) for ax in figure.axes[:2]] == [3, 3]
    row = plotted[(plotted["model"] == "b") & (plotted["step"] == 8) & (plotted["q"] == 0)].iloc[0]
    assert (row["alpha"], row["alpha_sd"]) == (pytest.approx(1.01 - 0.16), pytest.approx(0.01))
    assert len(plotted) == 2 * 3 * 60
    drawn = figure.axes[1].lines[2].get_xdata()
    assert drawn.max() == pytest.approx(plotted.query("model == 'b' and step == 8")["alpha"].max())


def test_training_joins_losses_to_the_steps_of_emergence():
    names = [f"{name}{end}" for name in ("alpha_0", "width", "emergence") for end in ("", "_low", "_high")]
    emergence = pd.DataFrame({"model": list("aabb"), "step": [0, 4] * 2} | {name: np.arange(4.0) for name in names})
    training = pd.DataFrame({"model": list("aaabbb"), "step": [0, 1, 4] * 2, "held_out_loss": [5, np.nan, 3] * 2})
    figure, plotted = draw_training(emergence, training)
    assert plotted["held_out_loss"].tolist() == [5, 3, 5, 3]
    assert figure.axes[3].lines[0].get_ydata().tolist() == [5, 3]
    assert figure.axes[2].lines[1].get_ydata().tolist() == [2, 3]


def test_initial_values_are_drawn_beside_known_ones(tmp_path):
    metrics = [
        {"model": model, "seed": seed, "sample_size": size, "alpha_0": 1.6 + seed / 100, "width": 0.3 + seed / 100}
        for model, size in (("pythia-14m", 64), ("pythia-12b", 48))
        for seed in range(3)
    ]
    rest = {"step": 0, "window": 150, "r2_median": 0.9, "centres": 10, "nodes": 20}
    rest |= dict.fromkeys(("alpha_0_argmax", "alpha_0_left", "alpha_0_right"), 1.6)
    figure, plotted = draw_initial(tabulate_initial(pd.DataFrame(metrics).assign(**rest)))
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert "drawn here, s = 64" in labels and "drawn here, s = 48" in labels
    save_figure(figure, plotted, tmp_path / "initial.png")
    assert {file.suffix for file in tmp_path.iterdir()} == {".png", ".svg", ".csv"}
    assert pd.read_csv(tmp_path / "initial.csv")["alpha_0"].tolist() == pytest.approx(plotted["alpha_0"].tolist())


def test_controls_are_drawn_beside_the_curve_and_windows_below():
    kinds = [("none", 150), ("gaussian", 150), ("shuffled", 150), ("shuffled in rows", 150), ("fixed centres", 150)]
    rows = [
        {"model": model, "control": control, "window": window, "step": step, "emergence": step / window}
        for model in ("a", "b")
        for control, window in [*kinds, ("window", 100)]
        for step in (0, 8)
    ]
    controls = pd.DataFrame(rows).assign(emergence_low=0.0, emergence_high=1.0)
    figure, plotted = draw_controls(controls)
    above, below = figure.axes[0], figure.axes[2]
    assert [line.get_label() for line in above.lines[:2]] == ["as it is", "Gaussian of the same variance"]
    assert [line.get_label() for line in below.lines[:2]] == ["T = 100", "T = 150"]
    assert below.lines[0].get_ydata().tolist() == [0, 0.08] and len(plotted) == 24


def test_correlations_are_drawn_with_their_intervals():
    scores = pd.DataFrame({"step": [0, 1000] * 2, "task": ["piqa"] * 2 + ["wsc"] * 2, "accuracy": [0.5, 0.7, 0.4, 0.3]})
    emergence = pd.DataFrame({"step": [0, 1000], "emergence": [0.0, 0.6]})
    rows = [
        {"task": task, "measure": measure, "source": source, "value": 0.5, "low": 0.2, "high": 0.8}
        for task in ("piqa", "wsc")
        for measure in ("pearson", "spearman", "partial", "differences", "time")
        for source in ("figure", "here")
    ]
    figure, plotted = draw_correlation(emergence, scores, pd.DataFrame(rows))
    assert len(plotted) == 10 and set(plotted["source"]) == {"figure"}
    assert [label.get_text() for label in figure.axes[1].get_yticklabels()] == ["WSC", "PIQA"]


def test_models_fetched_are_drawn_with_the_paper_s_values(tmp_path):
    names = [f"{name}{end}" for name in ("alpha_0", "width", "emergence") for end in ("", "_low", "_high")]
    rows = {"model": ["pythia-1.4b-deduped"] * 3 + ["mine"] * 2, "step": [0, 3000, 143_000, 0, 8]}
    emergence = pd.DataFrame(rows | {name: np.linspace(0.1, 1, 5) for name in names})
    figure, plotted = draw_fetched(emergence, all_published_emergence())
    assert plotted["emergence_published"].tolist()[:3] == [0, 0.302, 0.681]
    assert plotted["emergence_published"].isna().tolist() == [False, False, False, True, True]
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["pythia-1.4b-deduped", "mine", "$E$ in the paper's figures"]
    save_figure(figure, plotted, tmp_path / "fetched.png")
