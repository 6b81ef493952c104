"""Spectra that are known: of Cantor measures in closed form, of small worlds as in the paper's figure."""

import numpy as np
import pytest

from threefold.neuromfa.known import cantor_tau, known_spectra, small_world_tau, two_balls
from threefold.neuromfa.spectrum import Q, legendre
from threefold.neuromfa.spectrum_figures import draw_balls, draw_known
from threefold.record.style import save_figure
from threefold.record.tables import write_table


def test_a_cantor_measure_has_its_closed_form():
    exact = -np.log((1 / 3) ** Q + (2 / 3) ** Q) / np.log(3)
    assert np.abs(cantor_tau((1, 0, 2)) - exact).max() < 1e-10
    assert np.allclose(legendre(cantor_tau((1, 0, 1)))[0][:-1], np.log(2) / np.log(3))


def test_a_ring_is_a_line():
    alpha, _ = legendre(small_world_tau(0, seed=0, nodes=200))
    assert np.allclose(alpha[:-1], 1, atol=1e-3) and np.ptp(alpha[:-1]) < 1e-9


def test_a_random_network_has_the_spectrum_of_the_figure():
    alpha, _ = legendre(small_world_tau(1, seed=0))
    assert (np.nanmin(alpha), np.nanmax(alpha)) == (pytest.approx(2.64, abs=0.03), pytest.approx(3.03, abs=0.03))


def test_balls_are_drawn_with_what_lies_inside(tmp_path):
    figure, plotted = draw_balls(two_balls())
    ring, star = (rows for _, rows in plotted.groupby("panel", sort=False))
    assert len(ring) == 48 and ring["distance"].max() > 2 and ring["inside"].equals(ring["distance"] <= 2)
    assert np.allclose(np.hypot(star["x1"], star["y1"]), star["distance"]) and star["distance"].between(1, 150).all()
    assert 11 < star["inside"].sum() < len(star)
    save_figure(figure, plotted, tmp_path / "balls.png")


def test_known_spectra_are_a_table_and_a_figure(tmp_path):
    table = known_spectra(networks=2)
    write_table(tmp_path / "t.parquet", table, "neuromfa/known")
    assert table.groupby("name")["draw"].nunique().sort_values().tolist() == [1, 1, 1, 2, 2]
    figure, plotted = draw_known(table)
    assert len(figure.axes) == 2 and plotted["name"].nunique() == 5
