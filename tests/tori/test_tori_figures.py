"""The figures: what is plotted is what the tables hold."""

import numpy as np
import pytest

from threefold.record.style import save_figure
from threefold.tori.class_figures import draw_entropy_volume, draw_least_classes
from threefold.tori.drilled import drill, fill
from threefold.tori.families import (
    closed,
    controls,
    conveyor,
    diagonal,
    diagonal_lifted,
    diverging,
    magic,
    slender,
    stronger,
)
from threefold.tori.family_tables import tabulate
from threefold.tori.figures import draw_entropy, draw_slender, draw_twists, draw_volume

SIZES = {"largest_n": 200, "points_per_decade": 2, "measured_n": 11}


@pytest.fixture(scope="module")
def families():
    members = {
        "conveyor": conveyor(**SIZES),
        "diverging": diverging(**SIZES, twists=[0, 1]),
        "stronger": stronger(**SIZES, twists=[(1, 2)]),
        "controls": controls(11),
        "magic": magic(**SIZES, genera=[2]),
        "diagonal": diagonal(7.0, 2, 11),
        "diagonal_lifted": diagonal_lifted(7.0, 2, 11, genus=2),
        "slender": slender(6),
        "closed": closed(3),
    }
    return {name: tabulate(found, randomisations=40, seed=0) for name, found in members.items()}


def _some(families, *names):
    return {name: families[name] for name in names}


def test_entropies_are_plotted_for_all_members(families):
    tables = _some(families, "conveyor", "diverging", "stronger", "controls", "magic")
    figure, plotted = draw_entropy(tables)
    assert len(plotted) == sum(map(len, tables.values()))
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert len(labels) == len(set(labels)) == 7


def test_the_diagonal_stays_under_its_line_and_volumes_of_other_members_are_open_circles(families):
    tables = _some(families, "diagonal", "diagonal_lifted", "conveyor", "magic")
    figure, _ = draw_volume(tables, 7.0)
    panels = np.array(figure.axes).reshape(2, 2)
    for (above, below), line, filled in zip(panels.T, (7, 35), (2, 2), strict=True):
        points = next(drawn for drawn in below.lines if drawn.get_marker() == "o")
        assert max(points.get_ydata()) <= line
        own = [drawn for drawn in above.lines if drawn.get_marker() == "o"]
        assert [len(drawn.get_xdata()) for drawn in own] == [filled, 3 - filled]


def test_twists_and_slender_fibres_are_saved_with_their_tables(families, tmp_path):
    drilled, fillings = drill([1, 2], 40, 0), fill([1], [1, 4], 40, 0)
    tables = {"diagonal": families["diagonal"], "drilled": drilled, "fillings": fillings}
    for name, drawn in (
        ("twists", draw_twists(tables)),
        ("slender", draw_slender(_some(families, "slender", "closed"))),
    ):
        save_figure(*drawn, tmp_path / f"{name}.png")
        assert {path.suffix for path in tmp_path.glob(f"{name}.*")} == {".png", ".svg", ".csv"}
        assert len(drawn[1]) > 3


def test_classes_are_plotted_and_the_least_of_each_surface_drawn(measured_words):
    figure, plotted = draw_entropy_volume(measured_words)
    assert len(figure.axes) == 2
    assert len(plotted) == sum(frame["volume"].notna().sum() for frame in measured_words.values())
    assert plotted.loc[plotted["surface"] != "S_1_1", "syllables"].isna().all()
    _, least = draw_least_classes(measured_words)
    assert least["surface"].tolist() == list(measured_words)
    for row in least.itertuples():
        frame = measured_words[row.surface]
        assert row.entropy == pytest.approx(frame.loc[frame["volume"].notna(), "entropy"].min())


@pytest.fixture(scope="module")
def measured_words():
    import pandas as pd

    from threefold.tori.classify import classify_words
    from threefold.tori.mapping_tori import measure_classes
    from threefold.tori.surfaces import find_surface

    found = {}
    for name, words in {"S_1_1": ["aB", "aaB", "aBaBB"], "D_4": ["abC", "aBc"], "S_2_1": ["abcD", "abCD"]}.items():
        surface = find_surface(name)
        classes = classify_words(words, surface).assign(length=[len(word) for word in words])
        found[name] = pd.DataFrame(measure_classes(classes, surface, randomisations=40, seed=0))
    return found
