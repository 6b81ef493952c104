"""Sets and networks whose spectra are known: Cantor measures, and Watts-Strogatz networks (the paper's toy figure).

Source: docs/science/neuromfa.md#known-answer-cantor, docs/science/neuromfa.md#known-answer-ring,
docs/science/neuromfa.md#known-answer-random-network.

The figure does not say how large its networks are; a ring of 1000 nodes with four neighbours each fits it.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd

from threefold.neuromfa.balls import PUBLISHED, lengths
from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.neox import PYTHIA
from threefold.neuromfa.sampling import sample_graphs
from threefold.neuromfa.spectrum import Q, legendre, log_partition_function, mass_exponent

NODES, NEIGHBOURS = 1000, 4
REWIRED = (0, 0.01, 1)  # the shares of rewired edges in the figure
CANTOR = {"Cantor set": (1, 0, 1), "Cantor measure 1/3, 2/3": (1, 0, 2)}


def cantor_tau(pattern: tuple[int, ...], levels: int = 8) -> np.ndarray:
    """tau at Q of the measure that each step of a Cantor construction splits as `pattern`, by box counting."""
    cells = np.array([p for p in pattern if p]) / sum(pattern)
    measure, log_z = np.ones(1), []
    for _ in range(levels):
        measure = np.outer(measure, cells).ravel()
        log_z.append([np.log((measure**q).sum()) for q in Q])
    return mass_exponent(np.array(log_z).T, -np.arange(1, levels + 1) * np.log(len(pattern))).tau


def small_world_tau(rewired: float, seed: int, nodes: int = NODES, neighbours: int = NEIGHBOURS) -> np.ndarray:
    """tau at Q of a Watts-Strogatz network, by the unweighted balls of NMFA: the centre is not counted.

    Source: docs/science/neuromfa.md#known-answer-ring.
    """
    from scipy.sparse.csgraph import shortest_path  # here: the picture of two balls needs no SciPy

    graph = nx.to_scipy_sparse_array(nx.watts_strogatz_graph(nodes, neighbours, rewired, seed=seed), format="csr")
    distances = shortest_path(graph, unweighted=True)
    radii = np.arange(1, int(distances[np.isfinite(distances)].max()) + 1)
    masses = np.stack([(distances <= r).sum(axis=1) - 1 for r in radii])
    return mass_exponent(log_partition_function(masses[:, masses[-1] > 0]), np.log(radii / radii[-1])).tau


def known_spectra(networks: int) -> pd.DataFrame:
    """A row per set or network, draw and q: `name`, `draw`, `q`, `alpha`, `f`; `networks` draws of the random ones."""
    taus = [(name, 0, cantor_tau(pattern)) for name, pattern in CANTOR.items()]
    for share in REWIRED:
        draws = range(networks if share else 1)
        taus += [(f"ring, {share:.0%} rewired", draw, small_world_tau(share, draw)) for draw in draws]
    tables = []
    for name, draw, tau in taus:
        alpha, f = legendre(tau)
        tables.append(pd.DataFrame({"name": name, "draw": draw, "q": Q, "alpha": alpha, "f": f}))
    return pd.concat(tables, ignore_index=True).dropna(ignore_index=True)


def two_balls() -> pd.DataFrame:
    """The two kinds of balls of the paper's toy figure, as edges to draw: `panel`, `x0`, `y0`, `x1`, `y1`, `distance`.

    "unweighted": a ring of 24 nodes of which a tenth of the edges is rewired; an edge is as far from the first node as
    the farther of its ends. "weighted": the direct edges out of one neuron of Pythia-14M's initial weights, drawn at
    their lengths, up to the window.
    """
    graph = nx.watts_strogatz_graph(24, NEIGHBOURS, 0.1, seed=0)
    steps = nx.single_source_shortest_path_length(graph, 0)
    angle = 2 * np.pi * np.arange(24) / 24
    x, y = np.sin(angle), np.cos(angle)
    unweighted = [(x[a], y[a], x[b], y[b], max(steps[a], steps[b])) for a, b in sorted(graph.edges)]
    network = sample_graphs(InitialCheckpoint("pythia-14m", PYTHIA["pythia-14m"], 0), 32, [0]).network(0)
    found = lengths(network["X_F"][0, :, 0])
    found = found[(found > PUBLISHED.beyond) & (found <= PUBLISHED.window)].astype(float)
    angle = 2 * np.pi * np.arange(len(found)) / len(found)
    weighted = [(0.0, 0.0, r * np.sin(a), r * np.cos(a), r) for r, a in zip(found, angle, strict=True)]
    columns = ["x0", "y0", "x1", "y1", "distance"]
    tables = {"unweighted": unweighted, "weighted": weighted}
    return pd.concat([pd.DataFrame(rows, columns=columns).assign(panel=name) for name, rows in tables.items()])
