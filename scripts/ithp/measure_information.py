"""Measure the informations of trained bottlenecks on held-out rows, beside the closed form."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors.torch import load_file

from threefold.ithp.features import load
from threefold.ithp.measure import measure
from threefold.record.job import job
from threefold.record.progress import progress
from threefold.record.tables import write_table

with job(snakemake):
    features = load(snakemake.input.features, snakemake.input.folds)
    coordinates = np.load(snakemake.input.features)["coordinates"]
    tables = []
    for path in progress([Path(p) for p in snakemake.input.models], "measure"):
        trial = path.parent.name
        members = json.loads((path.parent / "metrics.json").read_text())
        rng = np.random.default_rng([snakemake.params.seed, 3])
        table = measure(
            load_file(path), features, coordinates, members, snakemake.params.correlations, rng, trial == "shuffled"
        )
        tables.append(table.assign(trial=trial))
    write_table(snakemake.output[0], pd.concat(tables, ignore_index=True), "ithp/information")
