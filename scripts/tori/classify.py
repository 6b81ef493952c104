"""Find the growth rate, the Nielsen-Thurston type and the singularities of each word."""

from functools import partial

import pandas as pd

from threefold.record.files import unfinished
from threefold.record.job import job
from threefold.record.progress import progress
from threefold.tori.classify import classify_words
from threefold.tori.exact import check_exactly
from threefold.tori.parts import count_rows, slices, write_in_parts
from threefold.tori.processes import Limits
from threefold.tori.surfaces import find_surface

words, given = snakemake.input[0], snakemake.params
surface = find_surface(snakemake.wildcards.surface)


def classify(part):
    classes = part.merge(classify_words(part["word"], surface), on="word", validate="1:1")
    short = classes["length"] <= given.exact_length
    exact = check_exactly(classes[short], surface, snakemake.threads, Limits(*given.limits))
    return pd.concat([exact, classes[~short].assign(minimal_polynomial=None)])


with job(snakemake):
    kept = unfinished(snakemake.log[0], [given.code, given.exact_length, given.limits], [words])
    parts = (partial(classify, part) for part in progress(slices(words), f"classes of {surface.name}"))
    write_in_parts(snakemake.output[0], "tori/classes", kept, parts, expected=count_rows(words))
