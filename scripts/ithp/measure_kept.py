"""Measure what the trained bottlenecks keep of real features."""

import pandas as pd

from threefold.ithp.artifacts import load_network
from threefold.ithp.features import load
from threefold.ithp.kept import measure_kept, measure_shared
from threefold.record.job import job
from threefold.record.progress import progress
from threefold.record.tables import write_table

with job(snakemake):
    features = load(snakemake.input.features, snakemake.input.folds)
    tables = [measure_shared(features)]
    for path in progress(snakemake.input.models, "measure"):
        network, about = load_network(path)
        table = measure_kept(network, about["modalities"].split("-"), features, snakemake.params.seed)
        tables.append(table.assign(model=about["model"], modalities=about["modalities"]))
    write_table(snakemake.output[0], pd.concat(tables, ignore_index=True), "ithp/kept")
