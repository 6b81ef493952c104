"""A batch of trials as a job: from a round's trials to their table, by way of the store."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from threefold.record.tables import arrow_field, table_schema, write_table
from threefold.record.trials import Run, Trial, run_trials


def run_batch(snakemake, prepare: Callable[[], Run]) -> None:
    """Run the trials of one batch, those that the store has not, and write their table.

    Takes the round's trials, and the parameters target, metric, source, files, defaults, size, fields, seed,
    trial_code, store and locks.
    """
    given, number = snakemake.params, int(snakemake.wildcards.batch)
    proposed = json.loads(Path(snakemake.input.trials).read_text())
    proposed = proposed[number * given.size : (number + 1) * given.size]
    trials = []
    for one in proposed:
        source = given.source.format(**one["parameters"])
        settings = given.defaults[source] | one["parameters"]
        trials.append(Trial(given.target, settings, given.files[source], given.seed, given.trial_code))
    outcomes = run_trials(trials, prepare, Path(given.store), Path(given.locks))
    schema = trials_schema(given.target, given.fields)
    rows = [
        {"round": int(snakemake.wildcards["round"]), "number": one["number"]}
        | {key: outcome[key] for key in ("trial", "status", "reason")}
        | {"value": outcome["metrics"].get(given.metric)}
        | {"settings": json.dumps(dict(sorted(trial.settings.items())))}
        | {name: one["parameters"].get(name) for name in given.fields}
        | outcome["metrics"]
        for one, trial, outcome in zip(proposed, trials, outcomes, strict=True)
    ]
    write_table(snakemake.output[0], pd.DataFrame(rows, columns=schema.names), schema)


def trials_schema(target: str, fields: Mapping[str, Mapping[str, Any]]) -> pa.Schema:
    """The columns of a sweep's trials: what each is, its parameters `fields`, the target's metrics."""
    parameters = [arrow_field(name, {**spec, "nullable": True}) for name, spec in fields.items()]
    base, metrics = table_schema("sweeps/trials"), table_schema(f"sweeps/{target.replace('/', '_')}")
    return pa.schema([*base, *parameters, *metrics], metadata=base.metadata)
