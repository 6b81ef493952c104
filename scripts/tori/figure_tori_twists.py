"""Draw the volumes of the diverging family, and of what they are filled from, over the twists."""

from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table
from threefold.tori.figures import draw_twists

with job(snakemake):
    tables = {family: read_table(path) for family, path in snakemake.input.items()}
    save_figure(*draw_twists(tables), snakemake.output[0])
