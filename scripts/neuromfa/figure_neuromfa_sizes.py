"""Draw the degree of emergence over the size of the model, beside benchmark scores or the loss on held-out text."""

import pandas as pd

from threefold.neuromfa.emergence_figures import draw_sizes
from threefold.neuromfa.evaluations import read_scores_of_models
from threefold.neuromfa.published import published_sizes
from threefold.neuromfa.sizes import beside_losses, beside_scores
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

given = snakemake.input

with job(snakemake):
    emergence = pd.concat(map(read_table, given.emergence), ignore_index=True)
    if given.get("scores"):
        points = beside_scores(emergence, read_scores_of_models(given.scores))
    else:
        points = beside_losses(emergence, pd.concat(map(read_table, given.training), ignore_index=True))
    save_figure(*draw_sizes(points, published_sizes()), snakemake.output[0])
