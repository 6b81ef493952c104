"""A sampled network as a SciPy sparse matrix and as a networkx graph, e.g. `to_networkx(load_graphs(path), seed=0)`."""

from __future__ import annotations

import networkx as nx
import numpy as np
from scipy.sparse import block_array, coo_array, csr_array

from threefold.neuromfa.graph import NeuronGraphs, constant_edges


def node_names(graphs: NeuronGraphs, seed: int) -> list[tuple[str, int, int]]:
    """(layer, block, neuron) of every node of one network, in the order of the rows of `to_scipy`."""
    layers = _layers(graphs, _index(graphs, seed))
    return [(layer, block, int(neuron)) for layer, block, neurons in layers for neuron in neurons]


def to_scipy(graphs: NeuronGraphs, seed: int, lengths: bool = True) -> csr_array:
    """One network as a float32 matrix [source, target] of edge lengths 1/|w|, or of the signed weights w.

    Edges of weight zero are absent; edges F -> A have weight and length 1. Rows are named by `node_names`.
    """
    index = _index(graphs, seed)
    layers = _layers(graphs, index)
    sizes = [len(neurons) for *_, neurons in layers]
    steps = []
    for (source, block, _), (target, *_), m, n in zip(layers, layers[1:], sizes, sizes[1:], strict=False):
        edge = f"{source}_{target}"
        steps.append(graphs.weights[edge][index, block].T if edge in graphs.weights else constant_edges(source, m, n))
    grid = [[None] * len(sizes) for _ in sizes]
    for layer, step in enumerate(steps):
        grid[layer][layer + 1] = coo_array(step.astype(np.float32))
    grid[0][0] = coo_array((sizes[0], sizes[0]), dtype=np.float32)  # fixes the sizes of first column and last row
    grid[-1][-1] = coo_array((sizes[-1], sizes[-1]), dtype=np.float32)
    matrix = block_array(grid, format="csr")
    if lengths:
        matrix.data = 1 / np.abs(matrix.data)
    return matrix


def to_networkx(graphs: NeuronGraphs, seed: int) -> nx.DiGraph:
    """One network as a directed graph of nodes (layer, block, neuron), its edges with `weight` and `length`."""
    names = node_names(graphs, seed)
    weights = to_scipy(graphs, seed, lengths=False).tocoo()
    graph = nx.DiGraph()
    graph.add_nodes_from(names)
    for source, target, weight in zip(*weights.coords, weights.data.tolist(), strict=True):
        graph.add_edge(names[source], names[target], weight=weight, length=1 / abs(weight))
    return graph


def _index(graphs: NeuronGraphs, seed: int) -> int:
    return graphs.seeds.tolist().index(seed)


def _layers(graphs: NeuronGraphs, index: int) -> list[tuple[str, int, np.ndarray]]:
    """(layer, block, neurons) of one network in the order of its edges."""
    blocks = next(iter(graphs.weights.values())).shape[1]
    inner = [
        (layer, block, neurons[index, block]) for block in range(blocks) for layer, neurons in graphs.neurons.items()
    ]
    return [*inner, ("X", blocks, graphs.neurons["X"][index, blocks])]
