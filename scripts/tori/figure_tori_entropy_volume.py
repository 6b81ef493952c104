"""Draw entropy against volume for every measured class of every surface."""

from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table
from threefold.tori.class_figures import draw_entropy_volume

with job(snakemake):
    volumes = {surface: read_table(path) for surface, path in snakemake.input.items()}
    save_figure(*draw_entropy_volume(volumes), snakemake.output[0])
