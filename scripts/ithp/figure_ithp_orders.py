"""Draw the six orders of the modalities."""

from pathlib import Path

from threefold.ithp.gaussian_figures import draw_orders
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    scores = {Path(path).parent.name: read_table(path) for path in snakemake.input.scores}
    save_figure(*draw_orders(read_table(snakemake.input.orders), scores), snakemake.output[0])
