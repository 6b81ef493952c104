"""What the rules share: the checked configuration, the environment of the scripts, digests of code. No rule."""

import os
import sys
from pathlib import Path

sys.path.insert(0, os.path.join(workflow.basedir, "workflow"))
os.environ.setdefault("PYTHONPATH", sys.path[0])  # for the scripts, also where they run in an environment of their own

from threefold.config import load_config
from threefold.record.errors import InputError
from threefold.record.provenance import code_digest

try:
    CONFIG = load_config(config)
except InputError as error:
    sys.exit(str(error))  # the message alone, without the lines that Snakemake puts around an exception

os.environ.setdefault("WANDB_MODE", CONFIG.tracking.mode)
os.environ.setdefault("WANDB_PROJECT", CONFIG.tracking.project)


def code(script):
    """`<script>:<digest>` of scripts/<script>.py with every library module that it imports: an edit reruns the stage."""
    return f"{script}:{code_digest(os.path.join(workflow.basedir, 'scripts', f'{script}.py'))}"


CHAINS = ["neuromfa", "ithp", "tori"]
