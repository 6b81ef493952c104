"""Draw the metrics and the held-out loss over training."""

import pandas as pd

from threefold.neuromfa.emergence_figures import draw_training
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    training = pd.concat(map(read_table, snakemake.input.training), ignore_index=True)
    save_figure(*draw_training(read_table(snakemake.input.emergence), training), snakemake.output[0])
