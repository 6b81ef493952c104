"""Measure the degree of emergence over the training of one or several models."""

import pandas as pd

from threefold.neuromfa.emergence import measure_emergence
from threefold.record.job import job
from threefold.record.tables import read_table, write_table

with job(snakemake):
    metrics = pd.concat(map(read_table, snakemake.input), ignore_index=True)
    emergence = measure_emergence(metrics, snakemake.params.resamples, snakemake.params.seed)
    write_table(snakemake.output[0], emergence, "neuromfa/emergence")
