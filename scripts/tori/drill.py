"""Drill the level curves out of the diverging family's mapping tori and measure what remains."""

from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.tori.drilled import drill

with job(snakemake):
    write_table(snakemake.output[0], drill(snakemake.params.twists, **snakemake.params.measuring), "tori/drilled")
