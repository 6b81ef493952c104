"""Spectra: known answers, and a direct implementation written from the definitions."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.neox import PYTHIA
from threefold.neuromfa.sampling import sample_graphs
from threefold.neuromfa.spectrum import (
    Q,
    ball_masses,
    fit_counts,
    fit_network,
    fit_networks,
    legendre,
    log_partition_function,
    mass_exponent,
    neuron_dimensions,
)

MIDDLE = len(Q) // 2


def networks(model, sample_size, seeds=10):
    return sample_graphs(InitialCheckpoint(model, PYTHIA[model], 0), sample_size, range(seeds))


def direct_tau(matrices, window):
    """tau(q) by the definition: one centre, one radius and one moment at a time."""
    balls = []
    for matrix in matrices:  # [out, in]
        for column in matrix.astype(np.float32).T:
            lengths = [1 / abs(w) for w in column if w != 0]
            kept = [d for d in lengths if 1 < d <= window]
            if len(kept) > 10:
                balls.append([round(float(d)) for d in kept])  # Python rounds half to even, too
    radii = sorted({d for ball in balls for d in ball})
    masses = [[1 + sum(d <= r for d in ball) for r in radii] for ball in balls]
    z = [[sum((n[k] / n[-1]) ** q for n in masses) for k in range(len(radii))] for q in np.arange(-3, 3.05, 0.1)]
    x = np.log(np.array(radii) / radii[-1])
    return np.array([np.polyfit(x, np.log(row), 1)[0] for row in z])


@pytest.mark.parametrize(("model", "window"), [("pythia-14m", 150), ("pythia-160m", 40)])
def test_tau_is_that_of_a_direct_implementation(model, window):
    graphs = networks(model, sample_size=12, seeds=1)
    edges = graphs.network(0)
    spectrum, _ = fit_network(edges, Choices(window=window))
    direct = direct_tau([matrix for family in edges.values() for matrix in family], window)
    assert np.abs(spectrum["tau"] - direct).max() < 1e-12


def test_a_centre_needs_eleven_edges_and_counts_itself():
    counts = np.zeros((20, 2), int)
    counts[:10, 0] = 1
    counts[3:14, 1] = 1
    radii, masses = ball_masses(counts)
    assert radii.tolist() == list(range(4, 15))
    assert masses.tolist() == [[n] for n in range(2, 13)]


def test_the_number_of_centres_has_no_slope_and_no_r2():
    masses = np.sort(np.random.default_rng(0).integers(2, 90, (20, 7)), axis=0)
    fit = mass_exponent(log_partition_function(masses), np.log(np.arange(1, 21)))
    assert abs(fit.tau[MIDDLE]) < 1e-15
    assert np.flatnonzero(np.isnan(fit.r2)).tolist() == [MIDDLE]


def test_a_ring_lattice_is_monofractal_with_dimension_one():
    radii = np.arange(1, 51)
    masses = np.tile(4 * radii[:, None], (1, 30))  # every node reaches as many others in each step
    fit = mass_exponent(log_partition_function(masses), np.log(radii / 50))
    alpha, f = (values[:-1] for values in legendre(fit.tau))
    assert np.allclose(alpha, 1, atol=1e-12) and np.ptp(alpha) < 1e-12 and np.allclose(f, 0, atol=1e-12)


@pytest.mark.parametrize(
    ("law", "seed", "dtype", "shape", "alpha_0", "width"),
    [
        ("normal", 1, "float16", (128, 96), 1.6559958712181424, 0.3811127280715083),
        ("normal", 2, "float32", (128, 96), 1.6387734259364886, 0.36300328161011897),
        ("normal", 3, "float16", (64, 300), 1.5479048317760513, 0.37204358286377426),
        ("t3", 4, "float32", (128, 96), 1.2177307666084536, 0.22235658150613768),
        ("zeros", 5, "float16", (128, 96), 1.2110898019879122, 0.26789020474678327),
        ("rows", 6, "float16", (192, 120), 1.7010891119342988, 1.2461414470512575),
        ("normal", 7, "float64", (64, 64), 1.5105826877352035, 0.4385894622837756),
        ("normal", 8, "float32", (64, 640), 1.5494126360383447, 0.40095887056820856),
    ],
)
def test_alpha_0_and_width_are_those_of_the_published_functions_ties_included(law, seed, dtype, shape, alpha_0, width):
    """The numbers are what joshuaxiao98/Neuron_MFA_LLM at 62f160c says of these weights [out, in], in float64."""
    rng = np.random.default_rng(seed)
    weights = rng.standard_t(3, shape) * 0.02 if law == "t3" else rng.standard_normal(shape) * 0.02
    if law == "zeros":
        weights *= 1.5
        weights[rng.random(shape) < 0.3] = 0
    if law == "rows":
        weights *= np.exp(0.3 * rng.standard_normal((1, shape[1])))
    columns = np.abs(weights.astype(dtype).astype(float).T)
    lengths = [1 / column[(column < 1) & (column >= 1 / 150)] for column in columns]
    counts = np.stack([np.bincount(np.rint(d).astype(int), minlength=151)[1:] for d in lengths], axis=1)
    metrics = fit_counts({"X": counts})[1]
    assert metrics["alpha_0_argmax"] == pytest.approx(alpha_0, abs=1e-12)
    assert metrics["width"] == pytest.approx(width, abs=1e-12)


def cantor(pattern, levels=8):
    """tau by box counting of a Cantor measure: at each level the cells of `pattern` > 0, weighted by it."""
    cells = np.array([p for p in pattern if p > 0]) / sum(pattern)
    measures = [cells]
    for _ in range(levels - 1):
        measures.append(np.outer(measures[-1], cells).ravel())
    log_z = np.log([[(m**q).sum() for m in measures] for q in Q])
    return mass_exponent(log_z, -np.arange(1, levels + 1) * np.log(3))


def test_a_cantor_set_is_monofractal():
    alpha, f = (values[:-1] for values in legendre(cantor([1, 0, 1]).tau))
    assert np.allclose(alpha, np.log(2) / np.log(3)) and np.allclose(f, np.log(2) / np.log(3))


def test_a_two_scale_cantor_set_has_its_known_spectrum():
    fit = cantor([1, 0, 2])
    alpha, f = (values[:-1] for values in legendre(fit.tau))
    assert (fit.tau[MIDDLE + 1] - fit.tau[MIDDLE - 1]) / 0.2 == pytest.approx(0.6845, abs=1e-3)
    assert f.max() == pytest.approx(np.log(2) / np.log(3), abs=1e-3)
    assert alpha.min() > np.log(1.5) / np.log(3) and alpha.max() < 1
    exact = -np.log((1 / 3) ** Q + (2 / 3) ** Q) / np.log(3)
    assert np.abs(fit.tau - exact).max() < 1e-10
    assert fit.r2[np.abs(fit.tau) > 0.01].min() > 1 - 1e-10  # tau(1) = 0: nothing to fit there


def test_metrics_follow_from_the_spectrum():
    graphs = networks("pythia-31m", sample_size=32, seeds=2)
    spectra, metrics = fit_networks(graphs)
    assert spectra.groupby("seed")["q"].apply(list).tolist() == [Q.tolist()] * 2
    for seed, rows in spectra.groupby("seed"):
        row = metrics.set_index("seed").loc[seed]
        assert row["width"] == pytest.approx(rows["alpha"].max() - rows["alpha"].min())
        assert row["alpha_0_argmax"] in rows["alpha"].iloc[[MIDDLE - 1, MIDDLE]].tolist()
        assert row["alpha_0"] == pytest.approx(rows["alpha"].iloc[[MIDDLE - 1, MIDDLE]].mean())
        assert row["centres"] == sum(row[f"centres_{layer}"] for layer in "XADM") <= row["nodes"]


@pytest.mark.parametrize(
    ("value", "lacking"), [(0.0, "no centre keeps 11 edges"), (0.1, "fewer than two radii"), (2.0, "no centre")]
)
def test_a_network_without_a_fit_is_kept_with_its_reason(value, lacking):
    graphs = networks("pythia-14m", sample_size=16, seeds=2)
    mixed = {edge: np.concatenate([np.full_like(w[:1], value), w[1:]]) for edge, w in graphs.weights.items()}
    spectra, metrics = fit_networks(replace(graphs, weights=mixed))
    assert metrics["status"].str.startswith(lacking).tolist() == [True, False]
    assert metrics["alpha_0"].isna().tolist() == [True, False]
    assert set(spectra["seed"]) == {1}


def test_the_same_graphs_give_the_same_spectra():
    first, second = (fit_networks(networks("pythia-14m", 16, seeds=2)) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(a, b, check_exact=True)


def test_a_centred_difference_has_no_alpha_at_either_end():
    alpha, f = legendre(Q**2, "centred")
    assert np.isnan(alpha[[0, -1]]).all() and np.isnan(f[[0, -1]]).all()
    assert np.allclose(alpha[1:-1], 2 * Q[1:-1]) and np.allclose(f[1:-1], Q[1:-1] ** 2)


def test_centres_that_are_not_counted_leave_out_radii_with_empty_balls():
    counts = np.zeros((20, 2), int)
    counts[:12, 0] = 1
    counts[3:15, 1] = 1
    radii, masses = ball_masses(counts, Choices(centre_counted=False))
    assert radii.tolist() == list(range(4, 16))
    assert masses[0].tolist() == [4, 1] and masses[-1].tolist() == [12, 12]


def test_neurons_on_a_line_have_dimension_one_and_poor_ones_zero():
    counts = np.zeros((200, 3), int)
    counts[:, 0] = 1
    counts[:10, 1] = 1
    counts[4, 2] = 30  # many edges, all of one length
    found = neuron_dimensions(counts)
    slope, _ = np.polyfit(np.log(np.arange(1, 201)), np.log(np.arange(2, 202)), 1)
    assert found.tolist() == [pytest.approx(slope), 0, 0] and abs(slope - 1) < 0.06


def test_every_choice_changes_the_spectrum_and_none_breaks_it():
    graphs = networks("pythia-14m", sample_size=12, seeds=1)
    choices = [{}, {"window": 100}, {"beyond": 10}, {"rounding": "up"}, {"least_degree": 20}, {"centre_counted": False}]
    choices += [{"difference": "centred"}, {"hops": 2}, {"directed": False}]
    found = [fit_network(graphs.network(0), Choices(**c))[1] for c in choices]
    assert all(metrics["status"] == "ok" and metrics["width"] > 0 for metrics in found)
    assert len({(round(m["alpha_0"], 6), round(m["width"], 6)) for m in found}) == len(choices)
