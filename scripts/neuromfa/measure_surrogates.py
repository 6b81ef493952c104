"""Measure E between a model's initial weights and weights that differ by scale or distribution alone."""

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.graph import load_graphs
from threefold.neuromfa.surrogates import measure_surrogates
from threefold.record.job import job
from threefold.record.tables import write_table

given = snakemake.params

with job(snakemake):
    windows = sorted({given.choices["window"], *given.windows})
    table = measure_surrogates(load_graphs(snakemake.input[0]), Choices(**given.choices), windows, given.seed)
    write_table(snakemake.output[0], table, "neuromfa/surrogates")
