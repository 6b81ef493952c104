"""Draw entropy and volume of the fibres of the magic manifold over the genus."""

from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table
from threefold.tori.figures import draw_slender

with job(snakemake):
    tables = {family: read_table(path) for family, path in snakemake.input.items()}
    save_figure(*draw_slender(tables), snakemake.output[0])
