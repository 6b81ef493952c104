"""What the rules share: the checked configuration, the environment of the scripts, digests of code. No rule."""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, os.path.join(workflow.basedir, "workflow"))
os.environ.setdefault("PYTHONPATH", sys.path[0])  # for the scripts, also where they run in an environment of their own

from threefold.config import load_config
from threefold.record.errors import message_alone
from threefold.record.provenance import code_digest

with message_alone():
    CONFIG = load_config(config)

os.environ.setdefault("WANDB_MODE", CONFIG.tracking.mode)
os.environ.setdefault("WANDB_PROJECT", CONFIG.tracking.project)
os.environ.setdefault("WANDB_RUN_GROUP", time.strftime("run of %Y-%m-%d %H:%M:%S"))  # the jobs' Snakemakes inherit it
os.environ.setdefault("THREEFOLD_CORES", str(workflow.resource_settings.cores or ""))
if CONFIG.tracking.tags:
    os.environ.setdefault("WANDB_TAGS", ",".join(CONFIG.tracking.tags))
if CONFIG.tracking.entity:
    os.environ.setdefault("WANDB_ENTITY", CONFIG.tracking.entity)


def code(script):
    """`<script>:<digest>` of scripts/<script>.py with every library module that it imports: an edit reruns the stage."""
    return f"{script}:{code_digest(os.path.join(workflow.basedir, 'scripts', f'{script}.py'))}"


# What a figure may take on a cluster: megabytes, minutes.
FIGURE = {"mem_mb": lambda wildcards, attempt: 1000 * attempt, "runtime": lambda wildcards, attempt: 20 * attempt}


def drawn(script, title, tables, **params):
    """A figure: what scripts/<chain>/figure_<chain>_<script>.py draws, its title in the report, the tables that it
    shows, what else it must know."""
    return {"script": script, "title": title, "tables": tables, "params": params}


CHAINS = ["neuromfa", "ithp", "tori"]


def check_the_claims(paths):
    """End a run that would end with a claim that cannot be read or decided, before it begins."""
    if workflow.is_main_process:
        from threefold.record.claims import load_claims

        with message_alone():
            load_claims(paths)


def card(figure):
    """What the caption of a figure ends with in the report: how the figure was made."""
    from threefold.record.pages import report_card

    return report_card(figure)


def summary():
    """What the report begins with: how many claims hold, and which do not."""
    from threefold.record.pages import report_summary

    return report_summary()
