"""Print, as JSON, how many jobs of each script Snakemake would run in this folder: `python plan.py [configfile]`.

A process of its own, because the Snakefile imports the library of the folder it stands in.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import yaml
from snakemake.api import SnakemakeApi
from snakemake.settings.enums import RerunTrigger
from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, ResourceSettings

profile = yaml.safe_load(Path("profiles/default/config.yaml").read_text())
triggers = frozenset(RerunTrigger.parse_choice(trigger) for trigger in profile["rerun-triggers"])
with SnakemakeApi(OutputSettings(dryrun=True)) as api:
    workflow = api.workflow(
        resource_settings=ResourceSettings(cores=2),
        config_settings=ConfigSettings(configfiles=[Path(path) for path in sys.argv[1:]]),
        snakefile=Path("Snakefile"),
    )
    settings = DAGSettings(rerun_triggers=triggers, max_checksum_file_size=10**12, force_incomplete=True)
    workflow.dag(settings).execute_workflow(executor="dryrun")
    rules = [job.rule for job in workflow._workflow.dag.needrun_jobs(exclude_finished=False)]
    print(json.dumps(Counter(Path(rule.script).stem if rule.script else rule.name for rule in rules)))
