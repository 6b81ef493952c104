"""Measure E between a model's initial weights and weights that differ by scale or distribution alone."""

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.graph import load_graphs
from threefold.neuromfa.surrogates import measure_surrogates
from threefold.record.job import job
from threefold.record.tables import write_table

given = snakemake.params

with job(snakemake):
    graphs = load_graphs(snakemake.input[0])
    table = measure_surrogates(graphs, Choices(**given.choices), given.windows, given.seed)
    write_table(snakemake.output[0], table, "neuromfa/surrogates")
