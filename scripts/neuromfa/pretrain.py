"""Train one small GPT-NeoX model and keep its checkpoints."""

import shutil
from pathlib import Path

from threefold.neuromfa.neox import Shape
from threefold.neuromfa.pretrain import BYTES, corpus, corpus_digest, initial_model, save_checkpoint, train
from threefold.record.files import atomic, remove_folder, unfinished
from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.record.tracking import track

given, name = snakemake.params, snakemake.wildcards.model
settings = {**given.shape, **given.training, "seed": given.seed}

with job(snakemake), track(snakemake) as run:
    text = corpus()
    digest = corpus_digest(text)
    # Snakemake removes the outputs of a job that was killed, so until the end checkpoints lie beside the state.
    kept = unfinished(snakemake.log[0], [given.code, name, settings, digest])
    shape = Shape(**given.shape, vocabulary=BYTES)
    model = initial_model(name, shape, settings["context"], given.seed)
    history = train(
        model,
        text,
        given.training,
        given.seed,
        save=lambda step: save_checkpoint(kept / f"step{step}", model, step, digest),
        log=run.log,
        state=kept / "state.safetensors",
    )
    for file in map(Path, [*snakemake.output.configs, *snakemake.output.weights]):
        with atomic(file) as part:
            shutil.copyfile(kept / file.parent.name / file.name, part)  # not moved: the job may still be killed
    history = history.assign(model=name, parameters=shape.parameters, corpus_sha256=digest)
    write_table(snakemake.output.training, history, "neuromfa/training")
    remove_folder(kept.parent)
    run.log_artifact(snakemake.output.weights[-1], "model")
    run.summary({"held_out_loss": history["held_out_loss"].iloc[-1], "corpus_sha256": digest})
