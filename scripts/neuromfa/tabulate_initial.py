"""Draw step 0 of the Pythia family and put it beside the values that are known of it."""

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.initial import draw_initial_models, tabulate_initial
from threefold.record.job import job
from threefold.record.tables import write_table

given = snakemake.params

with job(snakemake):
    models = [(entry["model"], size) for entry in given.models for size in entry["sample_sizes"]]
    metrics = draw_initial_models(models, range(given.seeds), given.sampling, Choices(**given.choices), given.seed)
    write_table(snakemake.output[0], tabulate_initial(metrics), "neuromfa/initial")
