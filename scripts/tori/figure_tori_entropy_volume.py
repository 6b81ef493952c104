"""Draw entropy against volume for every measured class of every surface."""

from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table
from threefold.tori.class_figures import draw_entropy_volume

with job(snakemake):
    volumes = {name: read_table(path) for name, path in zip(snakemake.params.surfaces, snakemake.input, strict=True)}
    save_figure(*draw_entropy_volume(volumes), snakemake.output.png)
