"""Train the networks of one batch of trials, each on every split of the data set with every seed."""

import hashlib
import json
from pathlib import Path

from threefold.ithp.artifacts import save_training
from threefold.ithp.features import load
from threefold.ithp.trials import run_network
from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.record.tracking import track

params = snakemake.params
with job(snakemake), track(snakemake) as run:
    features = load(snakemake.input.features, snakemake.input.folds)
    run.use_artifact(snakemake.input.features, "data")
    resumptions = []
    for trial, folder in zip(params.trials, [Path(p).parent for p in snakemake.output.metrics], strict=True):
        model, chain = trial.split("/")
        state = json.dumps([params.code, trial, params.settings, params.seed])
        state = hashlib.sha256(state.encode()).hexdigest()[:16]
        resumptions.append(Path(snakemake.log[0]).parent / f"{state}.ckpt")
        result = run_network(
            features,
            model,
            chain.split("-"),
            params.settings,
            params.seed,
            run.lightning_logger(trial),
            resumptions[-1],
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
    for path in resumptions:  # kept until now, so that a killed batch goes on where it stood
        path.unlink(missing_ok=True)
