"""The numbers printed in the paper, as a table that claims can query."""

import pandas as pd

from threefold.record.job import job
from threefold.record.tables import write_table

with job(snakemake):
    write_table(snakemake.output[0], pd.read_csv(snakemake.input[0]), "ithp/published")
