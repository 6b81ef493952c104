"""What E would be without structure: surrogate weights, a fixed set of centres, other windows.

Source: docs/science/neuromfa.md#controls.

None of this is in the paper. A degree of emergence means little where a surrogate has it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from threefold.neuromfa.balls import Choices, count_lengths
from threefold.neuromfa.emergence import measure_emergence
from threefold.neuromfa.graph import NeuronGraphs
from threefold.neuromfa.spectrum import fit_counts
from threefold.record.progress import progress


def gaussian(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Gaussian weights [seeds, blocks, out, in] of the same variance in each block."""
    return rng.standard_normal(weights.shape) * weights.std(axis=(0, 2, 3), keepdims=True, dtype=float)


def shuffled(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The weights of each matrix in random order."""
    return rng.permuted(weights.reshape(*weights.shape[:2], -1), axis=-1).reshape(weights.shape)


def shuffled_in_rows(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The weights into each neuron in random order, so that every neuron keeps its norm."""
    return rng.permuted(weights, axis=-1)


SURROGATES = {"gaussian": gaussian, "shuffled": shuffled, "shuffled in rows": shuffled_in_rows}


def surrogate(name: str, graphs: NeuronGraphs, seed: int) -> NeuronGraphs:
    """The networks with surrogate weights; the random numbers are the same at every step, as the neurons are."""
    made = {
        edge: SURROGATES[name](weights, np.random.default_rng([seed, index])).astype(weights.dtype)
        for index, (edge, weights) in enumerate(graphs.weights.items())
    }
    return replace(graphs, weights=made)


def measure_controls(
    steps: Mapping[int, Callable[[], NeuronGraphs]],
    choices: Choices,
    windows: Sequence[int],
    resamples: int,
    seed: int,
) -> pd.DataFrame:
    """E of one model over its steps, as it is and under each control; a row per control and step.

    steps: step -> a function that loads its networks. Columns are those of the table neuromfa/emergence, without the
    model, and `control`: "none", a surrogate, "fixed centres" (those that keep enough edges at every step) or "window"
    (the model as it is, in another window).
    """
    lasting = _lasting_centres(steps, choices)
    rows = []
    for step, load in progress(steps.items(), "steps controlled"):
        graphs = load()
        for control, window, seed_index, counts in _counts(graphs, choices, windows, lasting, seed):
            metrics = fit_counts(counts, replace(choices, window=window))[1]
            row = {"control": control, "step": step, "seed": int(graphs.seeds[seed_index]), **metrics}
            rows.append(row | {"sample_size": graphs.sample_size, "window": window})
    metrics = pd.DataFrame(rows).assign(model="")
    groups = metrics.groupby(["control", "window"], sort=False)
    found = [measure_emergence(m, resamples, seed).assign(control=name) for (name, _), m in groups]
    return pd.concat(found, ignore_index=True).drop(columns="model")


def _counts(
    graphs: NeuronGraphs,
    choices: Choices,
    windows: Sequence[int],
    lasting: list[dict[str, np.ndarray]],
    seed: int,
) -> Iterator[tuple[str, int, int, dict[str, np.ndarray]]]:
    """(control, window, index of the network, counts of its balls)."""
    surrogates = {name: surrogate(name, graphs, seed) for name in SURROGATES}
    for index in range(len(graphs.seeds)):
        found = count_lengths(graphs.network(index), choices)
        yield "none", choices.window, index, found
        for control, version in surrogates.items():
            yield control, choices.window, index, count_lengths(version.network(index), choices)
        yield "fixed centres", choices.window, index, {x: c[:, lasting[index][x]] for x, c in found.items()}
        for window in windows:
            if window != choices.window:
                counts = count_lengths(graphs.network(index), replace(choices, window=window))
                yield "window", window, index, counts


def _lasting_centres(steps: Mapping[int, Callable[[], NeuronGraphs]], choices: Choices) -> list[dict[str, np.ndarray]]:
    """For each network, layer -> which of its neurons keep enough edges at every step."""
    lasting: list[dict[str, np.ndarray]] = []
    for load in steps.values():
        graphs = load()
        for index in range(len(graphs.seeds)):
            counts = count_lengths(graphs.network(index), choices)
            enough = {layer: c.sum(axis=0) >= choices.least_degree for layer, c in counts.items()}
            if index == len(lasting):
                lasting.append(enough)
            else:
                lasting[index] = {layer: lasting[index][layer] & kept for layer, kept in enough.items()}
    return lasting
