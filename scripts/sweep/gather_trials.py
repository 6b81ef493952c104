"""Gather the trials of a sweep: their table, the best one, the importance of the parameters."""

import json

import pandas as pd

from threefold.record.batch import trials_schema
from threefold.record.files import write_text
from threefold.record.job import job
from threefold.record.sweeps import best_trial, comparable, importance
from threefold.record.tables import read_table, write_table
from threefold.record.tracking import track_trial

given = snakemake.params
with job(snakemake):
    trials = pd.concat([read_table(path) for path in snakemake.input], ignore_index=True)
    write_table(snakemake.output.trials, trials, trials_schema(given.target, given.fields))
    last = trials[trials["round"] == trials["round"].max()] if given.early else trials
    best = best_trial(last, list(given.fields), given.metric, given.goal)
    write_text(snakemake.output.best, json.dumps({"sweep": snakemake.wildcards.sweep, **best}, indent=1) + "\n")
    shares = importance(comparable(trials, given.early), list(given.fields), given.metric, given.seed)
    write_table(snakemake.output.importance, shares, "sweeps/importance")
    for row in trials.drop(columns=["round", "number", *given.fields]).to_dict("records"):
        track_trial(row.pop("trial"), snakemake.wildcards.sweep, json.loads(row.pop("settings")), row)
