"""Sample the neuron interaction networks of one checkpoint."""

from pathlib import Path

from threefold.neuromfa.checkpoint import InitialCheckpoint, open_folder
from threefold.neuromfa.graph import save_graphs
from threefold.neuromfa.neox import PYTHIA
from threefold.neuromfa.sampling import sample_graphs
from threefold.record.job import job

with job(snakemake):
    if snakemake.input:
        checkpoint = open_folder(Path(snakemake.input[0]).parent)
    else:
        model = snakemake.wildcards.model
        checkpoint = InitialCheckpoint(model, PYTHIA[model], snakemake.params.seed)
    graphs = sample_graphs(checkpoint, snakemake.params.sample_size, range(snakemake.params.seeds))
    save_graphs(snakemake.output[0], graphs)
