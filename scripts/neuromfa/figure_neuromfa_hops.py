"""Draw the spectra over one, two and three hops."""

from threefold.neuromfa.figures import draw_hops
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    save_figure(*draw_hops(read_table(snakemake.input[0])), snakemake.output[0])
