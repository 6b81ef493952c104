"""Train linear bottlenecks on Gaussian modalities, every setting and seed of a trial in lockstep."""

import json
from pathlib import Path

from safetensors.torch import save_file

from threefold.ithp.bottleneck import train
from threefold.ithp.features import load
from threefold.record.files import atomic, write_text
from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.record.tracking import track

params = snakemake.params
with job(snakemake), track(snakemake, params.settings) as run:
    features = load(snakemake.input.features, snakemake.input.folds)
    for trial, multipliers in params.multipliers.items():
        folder = next(Path(p).parent for p in snakemake.output.metrics if Path(p).parent.name == trial)
        shuffled = trial == "shuffled"
        model, members = train(
            features, multipliers, params.settings, params.seed, shuffled, logger=run.lightning_logger()
        )
        history = model.history_table().assign(modalities="-".join(features.modalities))
        write_table(folder / "history.parquet", history, "ithp/history")
        with atomic(folder / "model.safetensors") as part:
            save_file({key: value.contiguous() for key, value in model.network.state_dict().items()}, part)
        losses = history[(history["term"] == "loss") & (history["epoch"] == history["epoch"].max())]
        metrics = [
            {**member, "loss": loss}
            for member, loss in zip(members, losses.sort_values("replica")["value"], strict=True)
        ]
        write_text(folder / "metrics.json", json.dumps(metrics, indent=1))
