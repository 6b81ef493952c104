import numpy as np
import pytest

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.neox import PYTHIA
from threefold.neuromfa.sampling import sample_graphs
from threefold.neuromfa.spectrum import fit_networks
from threefold.neuromfa.swept import spectrum
from threefold.record.tables import table_schema

SETTINGS = vars(Choices()) | {"model": "pythia-14m", "step": 0, "sample_size": 16, "seeds": 3, "sampling": "published"}


def test_a_trial_is_the_mean_over_the_networks_of_a_checkpoint():
    found = spectrum(SETTINGS, [], seed=0)
    assert set(found) == set(table_schema("sweeps/neuromfa_spectrum").names)
    graphs = sample_graphs(InitialCheckpoint("pythia-14m", PYTHIA["pythia-14m"], 0), 16, range(3))
    _, metrics = fit_networks(graphs)
    for name in ("alpha_0", "width", "centres"):
        assert found[name] == pytest.approx(metrics[name].mean(), rel=1e-12)
    assert found["alpha_0_sd"] == pytest.approx(metrics["alpha_0"].std(), rel=1e-12)
    assert found["unfitted"] == 0


def test_networks_without_a_spectrum_are_counted():
    found = spectrum(SETTINGS | {"least_degree": 10_000}, [], seed=0)
    assert found["unfitted"] == 3 and np.isnan(found["alpha_0"])
