"""Find the growth rate of each word and, as far as the surface alone tells, its Nielsen-Thurston type."""

from threefold.record.job import job
from threefold.record.progress import progress
from threefold.record.tables import read_table, write_table
from threefold.tori.classify import classify_words
from threefold.tori.surfaces import find_surface

with job(snakemake):
    words = read_table(snakemake.input[0])
    surface = find_surface(snakemake.wildcards.surface)
    classes = classify_words(progress(words["word"], f"classes of {surface.name}", len(words)), surface)
    write_table(snakemake.output[0], words.merge(classes, on="word", validate="1:1"), "tori/classes")
