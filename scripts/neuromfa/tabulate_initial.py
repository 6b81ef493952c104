"""Put step 0 of the Pythia family beside the values that are known of it."""

import pandas as pd

from threefold.neuromfa.initial import tabulate_initial
from threefold.record.job import job
from threefold.record.tables import read_table, write_table

with job(snakemake):
    metrics = pd.concat(map(read_table, snakemake.input), ignore_index=True)
    write_table(snakemake.output[0], tabulate_initial(metrics), "neuromfa/initial")
