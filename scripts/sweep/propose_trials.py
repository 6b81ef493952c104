"""Propose the trials of one round of a sweep, from what the earlier rounds have found."""

import json
from pathlib import Path

from threefold.record.files import write_text
from threefold.record.job import job
from threefold.record.search import Search
from threefold.record.tables import read_table

given = snakemake.params
with job(snakemake):
    proposed = [json.loads(Path(path).read_text()) for path in snakemake.input.rounds]
    values = {}
    for path in snakemake.input.tables:
        table = read_table(path)
        values |= zip(table["number"], table[given.metric], strict=True)  # NaN where a trial failed
    earlier = [(trials, [values[trial["number"]] for trial in trials]) for trials in proposed]
    trials = Search(**given.search).propose(earlier)
    first = sum(map(len, proposed))
    numbered = [{"number": first + k, **trial} for k, trial in enumerate(trials)]
    write_text(snakemake.output[0], json.dumps(numbered, indent=1) + "\n")
