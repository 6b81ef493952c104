"""List the words of a surface, one for each class under rotation and inversion."""

from threefold.record.files import unfinished
from threefold.record.job import job
from threefold.tori.parts import write_in_parts
from threefold.tori.surfaces import find_surface
from threefold.tori.words import word_parts

given = snakemake.params

with job(snakemake):
    surface = find_surface(snakemake.wildcards.surface)
    kept = unfinished(snakemake.log[0], [given.code, surface.name, given.max_length, given.up_to])
    keep = None
    if given.up_to == "commutation":
        from threefold.tori.commutation import least_of_class  # which needs seconds to load

        keep = least_of_class(surface)
    parts = word_parts(surface, given.max_length, keep)
    write_in_parts(snakemake.output[0], "tori/words", kept, parts)
