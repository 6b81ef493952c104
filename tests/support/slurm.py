"""A real Slurm of one node on loopback, without munge, cgroups or accounting: it starts in less than a second."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
AuthType=auth/none
CredType=cred/none
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={state}/controller
SlurmdSpoolDir={state}/node
SlurmctldPidFile={state}/slurmctld.pid
SlurmdPidFile={state}/slurmd.pid
SlurmctldLogFile={state}/slurmctld.log
SlurmdLogFile={state}/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=5
MpiDefault=none
ReturnToService=2
MinJobAge=86400
KillWait=5
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=16 RealMemory=64000 Gres=gpu:1 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as a, socket.create_server(("127.0.0.1", 0)) as b:
        return a.getsockname()[1], b.getsockname()[1]


@contextmanager
def slurm(state: Path) -> Iterator[dict[str, str]]:
    """Run the two daemons with their state in `state`; yield the environment variables that point at them."""
    for folder in ("controller", "node", "bin"):
        (state / folder).mkdir(parents=True)
    controller_port, node_port = _free_ports()
    configuration = state / "slurm.conf"
    configuration.write_text(
        CONFIGURATION.format(
            host=socket.gethostname().split(".")[0],
            user=subprocess.check_output(["id", "-un"], text=True).strip(),
            state=state,
            controller_port=controller_port,
            node_port=node_port,
        )
    )
    # A GPU needs a character device of its own; as no cgroup guards it, any will do.
    (state / "gres.conf").write_text(f"NodeName={socket.gethostname().split('.')[0]} Name=gpu File=/dev/null\n")
    srun = state / "bin" / "srun"  # the job step plugin drops SLURM_CONF before it calls srun, so srun carries it
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={configuration} exec {shutil.which("srun")} "$@"\n')
    srun.chmod(0o755)
    variables = {"SLURM_CONF": str(configuration)}
    environment = os.environ | variables
    try:
        for daemon in ("slurmctld", "slurmd"):
            subprocess.run([daemon], env=environment, check=True)
        for _ in range(100):
            node = subprocess.run(["sinfo", "-h", "-o", "%T"], env=environment, capture_output=True, text=True)
            if node.stdout.strip() == "idle":
                break
            time.sleep(0.1)
        else:
            raise RuntimeError(f"Slurm did not come up:\n{(state / 'slurmctld.log').read_text()}")
        yield variables | {"PATH": f"{state / 'bin'}:{os.environ['PATH']}"}
    finally:
        subprocess.run(["scancel", "--user", str(os.getuid())], env=environment, check=False)
        for daemon in ("slurmctld", "slurmd"):
            pid = state / f"{daemon}.pid"
            if pid.exists():
                os.kill(int(pid.read_text()), signal.SIGTERM)
