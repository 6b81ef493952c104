"""Measure the degree of emergence of each model under the controls."""

from functools import partial
from itertools import groupby
from pathlib import Path

import pandas as pd

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.controls import measure_controls
from threefold.neuromfa.graph import load_graphs
from threefold.record.job import job
from threefold.record.tables import write_table

given = snakemake.params

with job(snakemake):
    tables = []
    for model, files in groupby(map(Path, snakemake.input), key=lambda file: file.parts[-3]):
        steps = {int(file.parts[-2].removeprefix("step")): partial(load_graphs, file) for file in files}
        found = measure_controls(steps, Choices(**given.choices), given.windows, given.resamples, given.seed)
        tables.append(found.assign(model=model))
    write_table(snakemake.output[0], pd.concat(tables, ignore_index=True), "neuromfa/controls")
