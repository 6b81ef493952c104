"""Compare estimators of mutual information with the closed form."""

from threefold.ithp.estimators import compare
from threefold.record.job import job
from threefold.record.tables import write_table

with job(snakemake):
    table = compare(**snakemake.params.settings, seed=snakemake.params.seed)
    write_table(snakemake.output[0], table, "ithp/estimators")
