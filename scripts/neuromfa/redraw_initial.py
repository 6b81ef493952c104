"""Draw BERT-large's initial weights several times and measure E between the draws."""

from threefold.neuromfa.neox import BERT_LARGE
from threefold.neuromfa.redraw import redraw
from threefold.record.job import job
from threefold.record.tables import write_table

with job(snakemake):
    given = snakemake.params
    table = redraw("bert-large", BERT_LARGE, given.sample_size, given.seeds, given.window, given.draws, given.seed)
    write_table(snakemake.output[0], table, "neuromfa/redrawn")
