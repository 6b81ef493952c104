"""lock: the digests, parameters, inputs and code of every artifact of this run."""

import json
from pathlib import Path

from threefold.record.files import write_text
from threefold.record.job import job
from threefold.record.lock import make_lock, read_records

with job(snakemake):
    lock = make_lock(snakemake.input, read_records(Path("logs")))
    write_text(snakemake.output[0], json.dumps({"artifacts": lock}, indent=1) + "\n")
