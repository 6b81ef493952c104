"""Functions in processes of their own, which may be killed: forks of a server that has imported what they need."""

import multiprocessing
from collections.abc import Callable
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["threefold.ithp.training", "threefold.neuromfa.pretrain"])


def exit_code(function: Callable[..., Any], *arguments: Any) -> int:
    """Call a function, which has to be a module's, in a process of its own; how that ended: -9 where it was killed."""
    process = CONTEXT.Process(target=function, args=arguments)
    process.start()
    process.join()
    return process.exitcode
