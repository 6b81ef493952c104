"""lock: the digests, parameters, inputs and code of every artifact of this run."""

import json
from pathlib import Path

from threefold.record.files import atomic
from threefold.record.job import job
from threefold.record.lock import make_lock

with job(snakemake):
    lock = make_lock(snakemake.input, Path("logs").rglob("*.json"))
    with atomic(snakemake.output[0]) as part:
        part.write_text(json.dumps({"artifacts": lock}, indent=1) + "\n")
