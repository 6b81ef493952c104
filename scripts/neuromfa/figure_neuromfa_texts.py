"""Draw the degree of emergence of models trained on the whole and on the deduplicated text."""

import pandas as pd

from threefold.neuromfa.emergence_figures import draw_texts
from threefold.neuromfa.published import all_published_emergence
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    emergence = pd.concat(map(read_table, snakemake.input), ignore_index=True)
    save_figure(*draw_texts(emergence, all_published_emergence()), snakemake.output[0])
