"""Plain references for the benchmark of the chain neuromfa: the shortest direct loops, written from the definitions."""

import numpy as np
from safetensors.torch import load_file


def spectrum(edges, window=150):
    """tau of one network by counting, for each centre and each radius, and by 61 sums of powers for each radius."""
    balls = []
    for matrices in edges.values():
        for matrix in matrices:
            for column in np.asarray(matrix, np.float32).T:
                kept = [1 / abs(w) for w in column if w != 0 and 1 < 1 / abs(w) <= window]
                if len(kept) > 10:
                    balls.append([round(float(d)) for d in kept])
    radii = sorted({d for ball in balls for d in ball})
    masses = [[1 + sum(d <= r for d in ball) for r in radii] for ball in balls]
    z = [[sum((n[k] / n[-1]) ** q for n in masses) for k in range(len(radii))] for q in np.arange(-30, 31) / 10]
    x = np.log(np.array(radii) / radii[-1])
    return np.array([np.polyfit(x, np.log(row), 1)[0] for row in z])


def log_partition_function(masses):
    """ln Z [q, radii] of masses [radii, centres], every share of every centre raised to every q."""
    shares = masses / masses[-1]
    return np.log([(shares**q).sum(axis=1) for q in np.arange(-30, 31) / 10])


def extract(path, parts):
    """The sampled weights of one network: the whole model is loaded, entries are taken one by one."""
    model = load_file(path)
    return [
        np.array([[model[tensor.name][i, j].item() for j in columns] for i in rows]) for tensor, rows, columns in parts
    ]
