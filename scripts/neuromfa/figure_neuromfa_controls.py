"""Draw the degree of emergence with its controls."""

import pandas as pd

from threefold.neuromfa.emergence_figures import draw_controls
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    save_figure(*draw_controls(pd.concat(map(read_table, snakemake.input), ignore_index=True)), snakemake.output[0])
