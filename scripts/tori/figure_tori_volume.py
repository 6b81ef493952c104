"""Draw the volume of the families over the number of punctures."""

from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table
from threefold.tori.figures import draw_volume

with job(snakemake):
    tables = {family: read_table(path) for family, path in snakemake.input.items()}
    save_figure(*draw_volume(tables, snakemake.params.level), snakemake.output[0])
