"""List the words of a surface, one for each class under rotation and inversion."""

from threefold.record.job import job
from threefold.tori.commutation import least_of_class
from threefold.tori.parts import unfinished, write_in_parts
from threefold.tori.surfaces import find_surface
from threefold.tori.words import word_parts

given = snakemake.params

with job(snakemake):
    surface = find_surface(snakemake.wildcards.surface)
    kept = unfinished(snakemake.log[0], [given.code, surface.name, given.max_length, given.up_to])
    parts = word_parts(surface, given.max_length, least_of_class(surface) if given.up_to == "commutation" else None)
    write_in_parts(snakemake.output[0], "tori/words", kept, parts)
