"""Draw what the trained bottlenecks keep of real features."""

from pathlib import Path

from threefold.ithp.kept_figures import draw_kept
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    tables = {Path(path).parent.name: read_table(path) for path in snakemake.input.kept}
    save_figure(*draw_kept(tables), snakemake.output[0])
