"""Drill the level curves out of the diverging family's mapping tori, measure what remains, and fill some again."""

from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.tori.drilled import drill, fill

with job(snakemake):
    params, output = snakemake.params, snakemake.output
    write_table(output.drilled, drill(params.twists, **params.measuring), "tori/drilled")
    write_table(output.fillings, fill(params.filled, params.strengths, **params.measuring), "tori/fillings")
