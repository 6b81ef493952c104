"""Figures draw what the tables hold, and return it."""

import numpy as np
import pandas as pd
import pytest

from threefold.neuromfa.emergence_figures import draw_controls, draw_fetched, draw_sizes, draw_texts, draw_training
from threefold.neuromfa.initial import tabulate_initial
from threefold.neuromfa.published import all_published_emergence, published_sizes, published_spectra
from threefold.neuromfa.score_figures import TASK_NAMES, draw_correlation, draw_radars, draw_scores
from threefold.neuromfa.sizes import beside_losses, beside_scores
from threefold.neuromfa.spectrum import Q
from threefold.neuromfa.spectrum_figures import draw_hops, draw_initial, draw_spectra
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
    figure, plotted = draw_spectra(spectra, published_spectra())
    assert [ax.get_title() for ax in figure.axes[:2]] == ["a", "b"]
    assert [len(ax.lines) for ax in figure.axes[:2]] == [4, 4]  # the last is the paper's, and empty
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


def test_positions_in_the_paper_are_marked_at_their_steps(spectra):
    renamed = spectra.assign(model=spectra["model"].replace("a", "pythia-6.9b-deduped"))
    figure, plotted = draw_spectra(renamed, published_spectra())
    known = plotted.drop_duplicates(["model", "step"]).set_index(["model", "step"])["alpha_0_published"]
    assert known["pythia-6.9b-deduped"].tolist() == [1.687] * 3 and known["b"].isna().all()
    titles = {ax.get_title(): ax for ax in figure.axes}
    assert titles["pythia-6.9b-deduped"].lines[-1].get_xdata().tolist() == [1.687] * 3


def test_many_models_fill_rows_of_panels(spectra):
    many = pd.concat([spectra[spectra["model"] == "a"].assign(model=f"m{k}") for k in range(6)])
    figure, _ = draw_spectra(many, published_spectra())
    titles = [ax.get_title() for ax in figure.axes]
    assert titles[:8] == [f"m{k}" for k in range(6)] + ["", ""]


def test_controls_are_drawn_beside_the_curve_windows_and_centres(tmp_path):
    kinds = [("none", 150), ("gaussian", 150), ("shuffled", 150), ("shuffled in rows", 150), ("fixed centres", 150)]
    rows = [
        {"model": model, "control": control, "window": window, "step": step, "emergence": step / window}
        for model in ("a", "b")
        for control, window in [*kinds, ("window", 100)]
        for step in (0, 8)
    ]
    centres = {f"centres_{layer}": 10.0 * k for k, layer in enumerate("XADM", 1)}
    figure, plotted = draw_controls(pd.DataFrame(rows).assign(emergence_low=0.0, emergence_high=1.0, **centres))
    own, windows, used = figure.axes[:3]
    labels = [line.get_label() for line in own.lines]
    assert labels[:2] == ["as it is", "Gaussian of the same variance"] and labels[-1] == "ln(1 + step), scaled"
    assert own.lines[-1].get_ydata().tolist() == pytest.approx([0, 8 / 150])
    assert [line.get_label() for line in windows.lines] == ["T = 100", "T = 150"]
    assert windows.lines[0].get_ydata().tolist() == [0, 0.08] and len(plotted) == 24
    assert [line.get_ydata().tolist() for line in used.lines] == [[10, 10], [20, 20], [30, 30], [40, 40]]
    save_figure(figure, plotted, tmp_path / "controls.png")


def test_hops_have_a_row_per_model_and_a_panel_per_hop():
    rows = [
        {"model": model, "step": step, "hops": hops, "q": q, "alpha": q + seed, "f": -q * q, "seed": seed}
        for model in ("a", "b")
        for step in (0, 8)
        for hops in (1, 2, 3)
        for seed in (0, 1)
        for q in (-1.0, 0.0, 1.0)
    ]
    figure, plotted = draw_hops(pd.DataFrame(rows))
    assert [ax.get_title() for ax in figure.axes[:3]] == ["1 hop", "2 hops", "3 hops"] and len(figure.axes) == 6
    assert figure.axes[5].lines[1].get_xdata().tolist() == [-0.5, 0.5, 1.5] and len(plotted) == 36


def curves(models, steps):
    """E of models, rising with the step and the model's place, and their scores on all tasks."""
    rows = [{"model": m, "step": s, "emergence": s * (k + 1.0)} for k, m in enumerate(models) for s in steps]
    emergence = pd.DataFrame(rows).assign(emergence_low=0.0, emergence_high=1.0)
    scores = [row | {"task": task, "accuracy": row["emergence"] / 9} for row in rows for task in TASK_NAMES]
    return emergence, pd.DataFrame(scores).drop(columns="emergence")


def test_two_texts_are_drawn_side_by_side():
    emergence, _ = curves(["pythia-1.4b-standard", "pythia-1.4b-deduped"], [0, 1000, 53_000])
    figure, plotted = draw_texts(emergence, all_published_emergence())
    assert [ax.get_title() for ax in figure.axes] == ["pythia-1.4b"]
    assert plotted["emergence_published"].dropna().tolist() == [0.786, 0, 0.007, 0.649]


def test_emergence_and_scores_are_scaled_over_sizes_and_both_steps():
    models = [f"pythia-{size}-deduped" for size in ("160m", "410m", "1b")]
    figure, plotted = draw_sizes(beside_scores(*curves(models, [0, 512, 53_000])), published_sizes())
    assert set(plotted["step"]) == {512, 53_000} and len(figure.axes) == 2
    own = plotted[(plotted["measure"] == "E") & (plotted["step"] == 53_000)]
    assert own["model"].tolist() == models and own["scaled_published"].tolist() == [0.454, 0.782, 0.991]
    assert own["scaled"].tolist() == pytest.approx([(53_000 * k - 512) / (53_000 * 3 - 512) for k in (1, 2, 3)])


def test_models_trained_here_have_their_loss_in_place_of_scores():
    emergence, _ = curves(["a", "b"], [0, 4, 8, 16])
    training = {"model": list("aaaabbbb"), "step": [0, 4, 8, 16] * 2, "held_out_loss": [5, 4, 3, 2.5, 5, 4, 3, 2]}
    sizes = {"a": 100, "b": 400}
    training = pd.DataFrame(training).assign(parameters=lambda t: t["model"].map(sizes))
    _, plotted = draw_sizes(beside_losses(emergence, training), published_sizes())
    assert set(plotted["step"]) == {8, 16} and set(plotted["parameters"]) == {100, 400}
    loss = plotted[plotted["measure"] == "held-out loss, negated"]
    assert loss["scaled"].tolist() == [0, 0, 0.5, 1]


def test_scores_and_radars_show_every_task(tmp_path):
    emergence, scores = curves(["a", "b"], [0, 1, 512, 1000])
    figure, plotted = draw_scores(emergence, scores)
    assert [ax.get_title() for ax in figure.axes[:8]] == list(TASK_NAMES.values())
    assert len(plotted) == 2 * 4 * 8 and figure.axes[8].lines[1].get_ydata().tolist() == [0, 2, 1024, 2000]
    save_figure(figure, plotted, tmp_path / "scores.png")
    unrated = pd.DataFrame({"model": ["c"], "step": [1], "emergence": [0.5]})
    figure, plotted = draw_radars(pd.concat([emergence, unrated]), scores)
    assert [ax.get_title() for ax in figure.axes] == ["a", "b"]
    assert set(plotted["step"]) == {1, 512, 1000} and set(plotted["task"]) == {"E", *TASK_NAMES}
    assert plotted.groupby(["model", "task"])["scaled"].agg(["min", "max"]).to_numpy().tolist() == [[0, 1]] * 18
    assert figure.axes[0].lines[2].get_ydata().tolist() == [1] * 10
    save_figure(figure, plotted, tmp_path / "radars.png")


@pytest.mark.parametrize("sources", [["figure"], ["figure", "here"]])
def test_correlations_are_drawn_with_their_intervals(sources):
    scores = pd.DataFrame({"step": [0, 1000] * 2, "task": ["piqa"] * 2 + ["wsc"] * 2, "accuracy": [0.5, 0.7, 0.4, 0.3]})
    points = [{"source": source, "step": s, "emergence": s / 2000} for source in sources for s in (0, 1000)]
    rows = [
        {"model": "m", "task": task, "measure": measure, "source": source, "value": 0.5, "low": 0.2, "high": 0.8}
        for task in ("piqa", "wsc")
        for measure in ("pearson", "spearman", "partial", "differences", "time")
        for source in sources
    ]
    figure, plotted = draw_correlation(pd.DataFrame(points), scores, pd.DataFrame(rows))
    assert len(plotted) == 10 * len(sources) and len(figure.axes) == 2 + len(sources)
    assert len(figure.axes[0].lines) == len(sources)
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
