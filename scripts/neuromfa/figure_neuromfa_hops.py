"""Draw the spectra over one, two and three hops."""

import pandas as pd

from threefold.neuromfa.spectrum_figures import draw_hops
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    save_figure(*draw_hops(pd.concat(map(read_table, snakemake.input), ignore_index=True)), snakemake.output[0])
