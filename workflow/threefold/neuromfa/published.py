"""Degrees of emergence read off the authors' figures, of which no table exists. Errors are about 0.003.

Source: docs/science/neuromfa.md#figures.
"""

from __future__ import annotations

import pandas as pd

# The steps of the paper's spectra: docs/science/neuromfa.md#training-steps.
SPECTRUM_STEPS = (1, 8, 64, 512, 1000, 5000, 10_000, 35_000, 71_000, 107_000, 143_000)
# Step -> E; up to step 512 the figures show no E that differs from 0:
# docs/science/neuromfa.md#claim-nothing-moves-early.
_EARLY = dict.fromkeys((0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512), 0.0)
EMERGENCE = {
    # docs/science/neuromfa.md#figure-training-curve
    "pythia-1.4b-deduped": _EARLY
    | {1000: 0.007, 3000: 0.302, 13000: 0.427, 23000: 0.544, 33000: 0.602, 43000: 0.634, 53000: 0.649, 63000: 0.651}
    | {73000: 0.651, 83000: 0.643, 93000: 0.643, 103000: 0.646, 113000: 0.650, 123000: 0.658, 133000: 0.669}
    | {143000: 0.681},
    # docs/science/neuromfa.md#figure-data-ablation
    "pythia-1.4b-standard": {3000: 0.347, 13000: 0.461, 23000: 0.619, 53000: 0.786}
    | {73000: 0.799, 103000: 0.748, 143000: 0.714},
}
# E at step 53000, and at 143000, of models of other sizes, derived from normalised curves:
# docs/science/neuromfa.md#figure-model-size, docs/science/neuromfa.md#figure-large-models.
LATE = {
    53000: {
        "pythia-160m-deduped": 0.33,
        "pythia-410m-deduped": 0.57,
        "pythia-1b-deduped": 0.72,
        "pythia-1.4b-deduped": 0.649,
        "pythia-2.8b-deduped": 0.73,
    },
    143000: {"pythia-6.9b-deduped": 0.315, "pythia-12b-deduped": 0.272},
}
# E at steps 512 and 53000, scaled to lie between 0 and 1 over its models and both of its steps:
# docs/science/neuromfa.md#figure-model-size.
SCALED = {
    "pythia-160m-deduped": (0.009, 0.454),
    "pythia-410m-deduped": (0.010, 0.782),
    "pythia-1b-deduped": (0.009, 0.991),
    "pythia-1.4b-deduped": (0.009, 0.891),
    "pythia-2.8b-deduped": (0.010, 1.0),
}
# Step -> alpha_0 and width; those up to step 1000 coincide. The width of 12B at step 5000 is hidden:
# docs/science/neuromfa.md#figure-large-models.
SPECTRA = {
    "pythia-6.9b-deduped": dict.fromkeys((0, 1, 8, 64, 512, 1000), (1.687, 0.367))
    | {5000: (1.557, 0.66), 10_000: (1.656, 0.77), 35_000: (1.474, 0.69), 71_000: (1.424, 0.72)}
    | {107_000: (1.437, 0.76), 143_000: (1.454, 0.777)},
    "pythia-12b-deduped": dict.fromkeys((0, 1, 8, 64, 512, 1000), (1.691, 0.363))
    | {5000: (1.552, None), 10_000: (1.626, 0.74), 35_000: (1.486, 0.66), 71_000: (1.438, 0.64)}
    | {107_000: (1.461, 0.68), 143_000: (1.469, 0.701)},
}


def all_published_emergence() -> pd.DataFrame:
    """`model`, `step`, `emergence` of every curve and point."""
    curves = [published_emergence(model).assign(model=model) for model in EMERGENCE]
    points = [(m, step, e) for step, models in LATE.items() for m, e in models.items() if m not in EMERGENCE]
    return pd.concat([*curves, pd.DataFrame(points, columns=["model", "step", "emergence"])], ignore_index=True)


def published_emergence(model: str) -> pd.DataFrame:
    """`step` and `emergence` of a model whose curve is in a figure."""
    return pd.DataFrame(EMERGENCE[model].items(), columns=["step", "emergence"])


def published_spectra() -> pd.DataFrame:
    """`model`, `step`, `alpha_0`, `width` of the models whose spectra are in a figure."""
    rows = [(model, step, *values) for model, steps in SPECTRA.items() for step, values in steps.items()]
    return pd.DataFrame(rows, columns=["model", "step", "alpha_0", "width"]).astype({"width": float})


def published_sizes() -> pd.DataFrame:
    """`model`, `step`, `scaled`: E of models of five sizes at steps 512 and 53000, scaled over all of them."""
    rows = [(model, step, e) for model, both in SCALED.items() for step, e in zip((512, 53_000), both, strict=True)]
    return pd.DataFrame(rows, columns=["model", "step", "scaled"])
