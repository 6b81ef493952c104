"""List the words of a surface, one for each class under rotation and inversion."""

from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.tori.surfaces import find_surface
from threefold.tori.words import enumerate_words

with job(snakemake):
    words = enumerate_words(find_surface(snakemake.wildcards.surface), snakemake.params.max_length)
    write_table(snakemake.output[0], words, "tori/words")
