"""Train the networks of one batch of trials, each on every split of the data set with every seed.

A trial that has ended is kept beside the log, so that a batch that was killed or got another trial trains the rest.
"""

from pathlib import Path

from threefold.ithp.artifacts import forget, keep, recall, save_training
from threefold.ithp.features import load
from threefold.ithp.trials import run_network
from threefold.record.files import digest, name_of
from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.record.tracking import track

params = snakemake.params
with job(snakemake), track(snakemake) as run:
    features = load(snakemake.input.features, snakemake.input.folds)
    run.use_artifact(snakemake.input.features, "data")
    kept, names = Path(snakemake.log[0]).with_suffix(".trials"), set()
    inputs = [digest(snakemake.input.features), digest(snakemake.input.folds)]
    for trial, folder in zip(params.trials, [Path(p).parent for p in snakemake.output.metrics], strict=True):
        name = name_of([params.code, trial, params.settings, params.seed, inputs])
        names.add(name)
        if recall(kept / name, folder):  # it ended before the batch was killed, or got another trial
            continue
        model, chain = trial.split("/")
        result = run_network(
            features,
            model,
            chain.split("-"),
            params.settings,
            params.seed,
            run.lightning_logger(trial),
            kept / f"{name}.ckpt",
        )
        write_table(folder / "predictions.parquet", result.predictions, "ithp/predictions")
        last = result.history[result.history["epoch"] == result.history["epoch"].max()]
        metrics = {
            "model": model,
            "modalities": chain,
            "detector_effect": result.detector_effect,
            "sampling_effect": result.sampling_effect,
            "final": last.groupby("term")["value"].mean().to_dict(),
        }
        about = {"model": model, "modalities": chain, "per_token": features.lengths is not None}
        about |= {"text_encoder": params.settings["text_encoder"]}
        save_training(folder, result.network, result.history.assign(modalities=chain), metrics, about)
        run.summary({trial: metrics})
        run.log_artifact(folder / "model.safetensors", "model")
        keep(folder, kept / name)
    forget(kept, but=names)
