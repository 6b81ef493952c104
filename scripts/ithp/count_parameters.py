"""Count the parameters of the trained networks, and of the official one on CMU-MOSI."""

import pandas as pd

from threefold.ithp.parameters import count_official, count_saved
from threefold.record.job import job
from threefold.record.tables import write_table

with job(snakemake):
    table = pd.concat([count_saved(snakemake.input), count_official()], ignore_index=True)
    write_table(snakemake.output[0], table, "ithp/parameters")
