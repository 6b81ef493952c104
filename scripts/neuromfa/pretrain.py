"""Train one small GPT-NeoX model and keep its checkpoints."""

from pathlib import Path

from threefold.neuromfa.neox import Shape
from threefold.neuromfa.pretrain import BYTES, corpus, corpus_digest, initial_model, save_checkpoint, train
from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.record.tracking import track

name, settings, seed = snakemake.wildcards.model, snakemake.params.training, snakemake.params.seed
shape = Shape(**snakemake.params.shape, vocabulary=BYTES)

with job(snakemake), track(snakemake, {**snakemake.params.shape, **settings, "seed": seed}) as run:
    text = corpus()
    digest = corpus_digest(text)
    folder = Path(snakemake.output.training).parent
    model = initial_model(name, shape, settings["context"], seed)
    history = train(
        model,
        text,
        settings,
        seed,
        save=lambda step: save_checkpoint(folder / f"step{step}", model, step, digest),
        log=run.log,
    )
    write_table(snakemake.output.training, history.assign(model=name, corpus_sha256=digest), "neuromfa/training")
    run.summary({"held_out_loss": history["held_out_loss"].iloc[-1], "corpus_sha256": digest})
