"""Balls over several hops."""

import numpy as np
import pytest

from threefold.neuromfa.balls import PUBLISHED
from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.hops import measure_hops
from threefold.neuromfa.neox import PYTHIA
from threefold.neuromfa.sampling import sample_graphs
from threefold.neuromfa.spectrum import fit_network
from threefold.neuromfa.spectrum_figures import draw_hops
from threefold.record.tables import write_table


def test_one_hop_is_the_published_spectrum_and_more_are_wider(tmp_path):
    graphs = sample_graphs(InitialCheckpoint("pythia-14m", PYTHIA["pythia-14m"], 0), 12, range(2))
    table = measure_hops(graphs, PUBLISHED)
    one = table[(table["hops"] == 1) & (table["seed"] == 1)]
    spectrum, metrics = fit_network(graphs.network(1))
    assert np.array_equal(one["alpha"], spectrum["alpha"].dropna()) and (one["alpha_0"] == metrics["alpha_0"]).all()
    widths = table.groupby("hops")["width"].mean()
    assert widths[2] > widths[1] and widths[3] > widths[1]
    table = table.assign(model="m", step=0)
    write_table(tmp_path / "t.parquet", table, "neuromfa/hops")
    figure, plotted = draw_hops(table)
    assert [ax.get_title() for ax in figure.axes] == ["1 hop", "2 hops", "3 hops"]
    first = table.query("hops == 1 and q == -3")["alpha"].mean()
    assert len(plotted) == 3 * 60 and plotted["alpha"].iloc[0] == pytest.approx(first)
