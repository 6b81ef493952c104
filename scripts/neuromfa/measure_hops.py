"""Fit spectra of balls over one, two and three hops, at some steps of each model."""

from pathlib import Path

import pandas as pd

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.graph import load_graphs
from threefold.neuromfa.hops import measure_hops
from threefold.record.job import job
from threefold.record.tables import write_table

with job(snakemake):
    tables = []
    for file in map(Path, snakemake.input):
        names = {"model": file.parts[-3], "step": int(file.parts[-2].removeprefix("step"))}
        tables.append(measure_hops(load_graphs(file), Choices(**snakemake.params.choices)).assign(**names))
    write_table(snakemake.output[0], pd.concat(tables, ignore_index=True), "neuromfa/hops")
