"""Draw the printed sweep of beta and gamma beside those measured."""

from pathlib import Path

from threefold.ithp.figures import draw_sweep
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    measured = {Path(path).parent.name: read_table(path) for path in snakemake.input.sweeps}
    save_figure(*draw_sweep(read_table(snakemake.input.published), measured), snakemake.output[0])
