"""Read a data set of the user's own into aligned arrays, its folds and its card."""

from threefold.ithp.features import save
from threefold.ithp.readers import read
from threefold.ithp.words import find_encoder
from threefold.record.job import job

with job(snakemake):
    own = snakemake.params.own
    encode = find_encoder(own["text_encoder"]) if own["text_encoder"] else None
    save(
        read(own["format"], snakemake.params.transport, own["order"], own["missing"], encode, own["per_token"]),
        **snakemake.output,
    )
