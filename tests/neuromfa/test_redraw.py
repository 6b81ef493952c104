"""Networks that differ by their random weights alone."""

import pytest

from threefold.neuromfa.neox import BERT_LARGE, PYTHIA
from threefold.neuromfa.redraw import redraw


def test_random_weights_alone_give_no_emergence():
    table = redraw("m", PYTHIA["pythia-14m"], sample_size=64, seeds=10, window=150, draws=4, seed=0)
    assert table["draw"].tolist() == [0, 1, 2, 3] and table["emergence"].iloc[0] == 0
    assert table["alpha_0"].nunique() == 4
    assert table["emergence"].abs().max() < 0.01


def test_random_bert_large_has_the_published_spectrum():
    table = redraw("bert-large", BERT_LARGE, sample_size=48, seeds=2, window=150, draws=2, seed=0)
    assert table["alpha_0"].mean() == pytest.approx(1.55, abs=0.01)
    assert table["alpha_max"].mean() == pytest.approx(1.886, abs=0.02)
