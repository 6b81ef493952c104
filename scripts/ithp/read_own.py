"""Read a data set of the user's own into aligned arrays, its folds and its card."""

from functools import partial

from threefold.ithp.features import save
from threefold.ithp.readers import read
from threefold.record.job import job

with job(snakemake):
    params, encode = snakemake.params, None
    if params.own["text_encoder"]:
        from threefold.ithp import text

        encode = partial(text.encode, encoder=params.own["text_encoder"])
    features = read(params.own["format"], params.transport, params.own["order"], params.own["missing"], encode)
    save(features, **snakemake.output)
