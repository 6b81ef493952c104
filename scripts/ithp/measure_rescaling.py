"""Compare the gradients of eq. 8 with those of the same loss without its factor 2/(beta + gamma)."""

from threefold.ithp.rescaling import PAIRS, compare
from threefold.record.job import job
from threefold.record.tables import write_table

with job(snakemake):
    table = compare(PAIRS, snakemake.params.seed)
    write_table(snakemake.output[0], table, "ithp/rescaling")
