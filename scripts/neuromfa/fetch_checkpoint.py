"""Fetch, of one checkpoint on the hub or in a folder, the weights that the sampled networks need."""

from threefold.neuromfa.checkpoint import open_folder, save_sample
from threefold.neuromfa.hub import HubCheckpoint, open_hub
from threefold.neuromfa.sampling import wanted_entries
from threefold.record.job import job

given, source, step = snakemake.params, snakemake.params.source, snakemake.wildcards.step

with job(snakemake):
    if source["folder"]:
        checkpoint = open_folder(source["folder"].format(step=step))
    else:
        checkpoint = open_hub(source["repository"], source["revision"].format(step=step))
    wanted = wanted_entries(checkpoint.layout, given.sample_size, range(given.seeds), given.sampling)
    save_sample(snakemake.output[0], checkpoint, wanted)
    if isinstance(checkpoint, HubCheckpoint):
        checkpoint.forget()
