"""Draw the spectra over training."""

import pandas as pd

from threefold.neuromfa.figures import draw_spectra
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    spectra = pd.concat(map(read_table, snakemake.input), ignore_index=True)
    save_figure(*draw_spectra(spectra), snakemake.output[0])
