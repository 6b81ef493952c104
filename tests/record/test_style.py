import pandas as pd

from threefold.record.style import new_figure, save_figure


def draw(path):
    figure, axes = new_figure()
    axes.plot([1, 2], [3, 4], label="$\\alpha_0$")
    axes.legend()
    save_figure(figure, pd.DataFrame({"x": [1, 2], "y": [3.0, 4.0]}), path)


def test_a_figure_is_png_svg_and_the_table_it_plots(tmp_path):
    draw(tmp_path / "f.png")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f.csv", "f.png", "f.svg"]
    assert pd.read_csv(tmp_path / "f.csv")["y"].tolist() == [3.0, 4.0]


def test_the_same_figure_has_the_same_bytes(tmp_path):
    draw(tmp_path / "a.png")
    draw(tmp_path / "b.png")
    for suffix in (".png", ".svg", ".csv"):
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
