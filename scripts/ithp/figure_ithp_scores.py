"""Draw the scores of ITHP and its controls on every data set."""

from pathlib import Path

from threefold.ithp.figures import draw_scores
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    tables = {Path(path).parent.name: read_table(path) for path in snakemake.input.scores}
    save_figure(*draw_scores(tables), snakemake.output[0])
