"""Draw the degree of emergence and the benchmark scores of the models fetched."""

import pandas as pd

from threefold.neuromfa.evaluations import read_scores_of_models
from threefold.neuromfa.score_figures import draw_scores
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    emergence = pd.concat(map(read_table, snakemake.input.emergence), ignore_index=True)
    save_figure(*draw_scores(emergence, read_scores_of_models(snakemake.input.scores)), snakemake.output[0])
