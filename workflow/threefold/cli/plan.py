"""Print, as JSON, the jobs that Snakemake would run in this folder: `python -m threefold.cli.plan [configfile...]`.

A process of its own, because the Snakefile imports the library of the folder it stands in. A job is an entry with its
stage (`<chain>/<script>`, or the rule's name), inputs, outputs and parameters, as in the records beside the logs, and
with the group that a cluster runs it in.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from snakemake.api import SnakemakeApi
from snakemake.settings.enums import RerunTrigger
from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, ResourceSettings


def plan(configfiles: list[Path]) -> list[dict[str, Any]]:
    """The jobs that are to be run, each with stage, inputs, outputs, params and group."""
    profile = yaml.safe_load(Path("profiles/default/config.yaml").read_text())
    triggers = frozenset(RerunTrigger.parse_choice(trigger) for trigger in profile["rerun-triggers"])
    with SnakemakeApi(OutputSettings(dryrun=True)) as api:
        workflow = api.workflow(
            resource_settings=ResourceSettings(cores=2),
            config_settings=ConfigSettings(configfiles=configfiles),
            snakefile=Path("Snakefile"),
        )
        settings = DAGSettings(rerun_triggers=triggers, max_checksum_file_size=10**12, force_incomplete=True)
        workflow.dag(settings).execute_workflow(executor="dryrun")
        return [_facts(job) for job in workflow._workflow.dag.needrun_jobs(exclude_finished=False)]


def _facts(job: Any) -> dict[str, Any]:
    params = dict(job.params.items())
    return {
        "stage": params.pop("code", job.rule.name).split(":")[0],
        "inputs": [str(path) for path in job.input],
        "outputs": [str(path) for path in job.output],
        "params": params,
        "group": job.rule.group,
    }


if __name__ == "__main__":
    print(json.dumps(plan([Path(path) for path in sys.argv[1:]]), default=str))
