"""Train linear bottlenecks on Gaussian modalities, every setting and seed in lockstep."""

import json

from safetensors.torch import save_file

from threefold.ithp.bottleneck import train
from threefold.ithp.features import load
from threefold.record.files import atomic
from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.record.tracking import track

with job(snakemake), track(snakemake, snakemake.params.settings) as run:
    features = load(snakemake.input.features, snakemake.input.folds)
    model, members = train(
        features,
        snakemake.params.multipliers,
        snakemake.params.settings,
        snakemake.params.seed,
        shuffled=snakemake.wildcards.trial == "shuffled",
        logger=run.lightning_logger(),
    )
    history = model.history_table().assign(modalities="-".join(features.modalities))
    write_table(snakemake.output.history, history, "ithp/history")
    with atomic(snakemake.output.model) as part:
        save_file({key: value.contiguous() for key, value in model.state_dict().items()}, part)
    losses = history[(history["term"] == "loss") & (history["epoch"] == history["epoch"].max())]
    metrics = [
        {**member, "loss": loss} for member, loss in zip(members, losses.sort_values("replica")["value"], strict=True)
    ]
    with atomic(snakemake.output.metrics) as part:
        part.write_text(json.dumps(metrics, indent=1))
