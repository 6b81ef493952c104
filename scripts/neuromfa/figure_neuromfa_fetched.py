"""Draw the metrics of the models fetched over their training."""

import pandas as pd

from threefold.neuromfa.emergence_figures import draw_fetched
from threefold.neuromfa.published import all_published_emergence
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    emergence = pd.concat(map(read_table, snakemake.input), ignore_index=True)
    save_figure(*draw_fetched(emergence, all_published_emergence()), snakemake.output[0])
