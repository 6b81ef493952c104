"""Sample the neuron interaction networks of one checkpoint."""

from pathlib import Path

from threefold.neuromfa.checkpoint import InitialCheckpoint, SampledCheckpoint, open_folder
from threefold.neuromfa.graph import save_graphs
from threefold.neuromfa.neox import PYTHIA
from threefold.neuromfa.sampling import sample_graphs
from threefold.record.errors import InputError
from threefold.record.job import job

given, weights, model = snakemake.params, [Path(file) for file in snakemake.input], snakemake.wildcards.model

with job(snakemake):
    if not weights:
        if snakemake.wildcards.step != "0":
            raise InputError(f"{model}: only step 0 can be drawn; for others add the model to neuromfa.fetched")
        checkpoint = InitialCheckpoint(model, PYTHIA[model], given.seed)
    elif weights[0].name == "sampled.safetensors":
        checkpoint = SampledCheckpoint(weights[0])
    else:
        checkpoint = open_folder(weights[0].parent)
    save_graphs(snakemake.output[0], sample_graphs(checkpoint, given.sample_size, range(given.seeds), given.sampling))
