"""Draw the metric of a sweep over its two most important parameters, with published values beside it."""

import pyarrow.parquet as pq

from threefold.record.job import job
from threefold.record.queries import connect, query
from threefold.record.style import save_figure
from threefold.record.sweep_figures import draw_map
from threefold.record.sweeps import comparable
from threefold.record.tables import read_table

given = snakemake.params
with job(snakemake):
    trials = comparable(read_table(snakemake.input.trials), given.early)
    importance = read_table(snakemake.input.importance)
    published = None
    if given.published:
        published = query(connect(), given.published, pq.read_table(snakemake.input.published[0])).df()
    save_figure(*draw_map(trials, importance, given.metric, given.goal, published), snakemake.output[0])
