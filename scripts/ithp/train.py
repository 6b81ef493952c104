"""Train one trial on every split of a data set with every seed."""

import json

import pandas as pd
from safetensors.torch import save_file

from threefold.ithp.features import load
from threefold.ithp.plan import chains, model_name
from threefold.ithp.trials import run_network
from threefold.record.files import atomic
from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.record.tracking import track

with job(snakemake), track(snakemake, snakemake.params.settings) as run:
    features = load(snakemake.input.features, snakemake.input.folds)
    settings, seed, trial = snakemake.params.settings, snakemake.params.seed, snakemake.wildcards.trial
    predictions, histories, weights, metrics = (
        [],
        [],
        {},
        {"model": model_name(trial), "detector_effect": {}, "final": {}},
    )
    for chain in chains(trial, list(features.modalities)):
        name = "-".join(chain)
        predicted, model, effect = run_network(features, trial, chain, settings, seed, run.lightning_logger())
        history = model.history_table().assign(modalities=name)
        predictions.append(predicted)
        histories.append(history)
        weights |= {f"{name}/{key}": value.contiguous() for key, value in model.state_dict().items()}
        last = history[history["epoch"] == history["epoch"].max()]
        metrics["detector_effect"][name] = effect
        metrics["final"][name] = last.groupby("term")["value"].mean().to_dict()
    write_table(snakemake.output.predictions, pd.concat(predictions), "ithp/predictions")
    write_table(snakemake.output.history, pd.concat(histories), "ithp/history")
    with atomic(snakemake.output.model) as part:
        save_file(weights, part)
    with atomic(snakemake.output.metrics) as part:
        part.write_text(json.dumps(metrics, indent=1))
    run.summary(metrics)
