"""Train linear bottlenecks on Gaussian modalities, every setting and seed of a trial in lockstep."""

from pathlib import Path

from threefold.ithp.artifacts import save_training
from threefold.ithp.bottleneck import train
from threefold.ithp.features import load
from threefold.record.job import job
from threefold.record.tracking import track

params = snakemake.params
with job(snakemake), track(snakemake) as run:
    features = load(snakemake.input.features, snakemake.input.folds)
    run.use_artifact(snakemake.input.features, "data")
    for trial, multipliers in params.multipliers.items():
        folder = next(Path(p).parent for p in snakemake.output.metrics if Path(p).parent.name == trial)
        shuffled = trial == "shuffled"
        model, members = train(
            features, multipliers, params.settings, params.seed, shuffled, logger=run.lightning_logger(trial)
        )
        about = {"model": "ithp", "modalities": "-".join(features.modalities)}
        history = model.history_table().assign(modalities=about["modalities"])
        losses = history[(history["term"] == "loss") & (history["epoch"] == history["epoch"].max())]
        metrics = [
            {**member, "loss": loss}
            for member, loss in zip(members, losses.sort_values("replica")["value"], strict=True)
        ]
        save_training(folder, model.network, history, metrics, about)
        run.log_artifact(folder / "model.safetensors", "model")
