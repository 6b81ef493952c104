"""Draw what bottlenecks keep where the nuisance of X0 grows."""

from threefold.ithp.gaussian_figures import draw_nuisance
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    save_figure(
        *draw_nuisance(read_table(snakemake.input.plain), read_table(snakemake.input.loud)), snakemake.output[0]
    )
