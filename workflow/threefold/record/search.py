"""Which trials a sweep asks for: those of a grid, random ones, the best of the round before, or Optuna's proposals.

A round is a list of trials that run at once. How many rounds there are, and how many trials each has, is known before
anything runs; which trials a later round has follows from the values that the earlier ones have found.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from statistics import NormalDist
from typing import Any

import numpy as np

Parameter = Mapping[str, Any]  # a distribution with its limits, as in a W&B sweep file
Round = list[dict[str, Any]]  # trials: parameters, and where they lie in the unit cube

QUANTILES = {
    "uniform": lambda p, u: p["min"] + u * (p["max"] - p["min"]),
    "int_uniform": lambda p, u: min(math.floor(p["min"] + u * (p["max"] - p["min"] + 1)), p["max"]),
    "log_uniform": lambda p, u: math.exp(p["min"] + u * (p["max"] - p["min"])),
    "log_uniform_values": lambda p, u: p["min"] * (p["max"] / p["min"]) ** u,
    "normal": lambda p, u: NormalDist(p["mu"], p["sigma"]).inv_cdf(u),
    "log_normal": lambda p, u: math.exp(NormalDist(p["mu"], p["sigma"]).inv_cdf(u)),
}
"""Distribution -> its value at a place u in (0, 1); each but int_uniform also as q_…, rounded to multiples of q."""


@dataclass(frozen=True)
class Search:
    """A sweep as far as it decides which trials there are.

    method: grid, random or bayes; rounds: trials in each round; goal: maximize or minimize the metric; rungs: the value
    of the parameter `resource` in each round, where a round after the first takes the best of the one before.
    """

    method: str
    parameters: Mapping[str, Parameter]
    rounds: Sequence[int]
    seed: int
    goal: str
    resource: str | None = None
    rungs: Sequence[int] = ()

    def propose(self, earlier: Sequence[tuple[Round, Sequence[float]]]) -> Round:
        """The trials of the round after `earlier`, each of which is its trials and their values (NaN: failed)."""
        number = len(earlier)
        if number and self.rungs:
            best = self._best(*earlier[-1], self.rounds[number])
            return [{"parameters": trial["parameters"] | {self.resource: self.rungs[number]}} for trial in best]
        if number:
            trials = self._ask_optuna(earlier)
        elif self.method == "grid":
            trials = [{"parameters": parameters} for parameters in islice(grid(self.parameters), self.rounds[0])]
        else:
            points = [random_point(self.parameters, self.seed, k) for k in range(self.rounds[0])]
            trials = [{"parameters": at(self.parameters, point), "point": point} for point in points]
        if self.rungs:
            trials = [{"parameters": trial["parameters"] | {self.resource: self.rungs[0]}} for trial in trials]
        return trials

    def _best(self, trials: Round, values: Sequence[float], count: int) -> Round:
        """The `count` trials of best value, in their order; failed ones come last."""
        worth = np.asarray(values, float) * (-1 if self.goal == "maximize" else 1)
        return [trials[k] for k in sorted(np.argsort(worth, kind="stable")[:count].tolist())]

    def _ask_optuna(self, earlier: Sequence[tuple[Round, Sequence[float]]]) -> Round:
        import optuna  # here alone: reading a sweep needs it not

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        spaces = {name: _space(parameter, optuna) for name, parameter in self.parameters.items()}
        spaces = {name: space for name, space in spaces.items() if space}
        # A seed of its own for each round: the rounds before are told again, so a round depends on nothing else.
        sampler = optuna.samplers.TPESampler(
            seed=int(np.random.default_rng([self.seed, len(earlier)]).integers(2**31)),
            n_startup_trials=1,
            multivariate=True,
            constant_liar=True,  # trials of a round keep away from each other
        )
        study = optuna.create_study(direction=self.goal, sampler=sampler)
        for trials, values in earlier:
            for trial, value in zip(trials, values, strict=True):
                state = "FAIL" if math.isnan(value) else "COMPLETE"
                study.add_trial(
                    optuna.trial.create_trial(
                        params=trial["point"],
                        distributions=spaces,
                        value=None if math.isnan(value) else value,
                        state=optuna.trial.TrialState[state],
                    )
                )
        points = [study.ask(spaces).params for _ in range(self.rounds[len(earlier)])]
        return [{"parameters": at(self.parameters, point), "point": point} for point in points]


def choices(parameter: Parameter) -> Sequence | None:
    """All values of a parameter, or None if there is no end of them."""
    kind = parameter["distribution"]
    if kind in ("constant", "categorical"):
        return [parameter["value"]] if kind == "constant" else list(parameter["values"])
    if kind == "int_uniform":
        return range(parameter["min"], parameter["max"] + 1)
    if kind == "q_uniform":
        steps = math.floor((parameter["max"] - parameter["min"]) / parameter["q"] + 1e-9)
        return [_multiple(parameter["min"] + k * parameter["q"], parameter["q"]) for k in range(steps + 1)]
    return None


def grid(parameters: Mapping[str, Parameter]):
    """Every combination of the values of all parameters, the last one varying fastest."""
    for values in product(*(choices(parameter) for parameter in parameters.values())):
        yield dict(zip(parameters, values, strict=True))


def random_point(parameters: Mapping[str, Parameter], seed: int, number: int) -> dict[str, float | int]:
    """Where trial `number` lies: by parameter, a place in (0, 1), or the index of a value.

    A place depends on seed, number and the parameter's name alone, so more trials or parameters change no other.
    """
    point = {}
    for name, parameter in parameters.items():
        rng = np.random.default_rng([seed, number, zlib.crc32(name.encode())])
        if parameter["distribution"] == "categorical":
            point[name] = int(rng.choice(len(parameter["values"]), p=parameter.get("probabilities")))
        elif parameter["distribution"] != "constant":
            point[name] = float(rng.uniform(1e-12, 1))
    return point


def at(parameters: Mapping[str, Parameter], point: Mapping[str, float | int]) -> dict[str, Any]:
    """The parameters at a point."""
    return {name: _value(parameter, point.get(name)) for name, parameter in parameters.items()}


def _value(parameter: Parameter, place: float | int | None) -> Any:
    kind = parameter["distribution"]
    if kind in ("constant", "categorical"):
        return parameter["value"] if kind == "constant" else parameter["values"][place]
    value = QUANTILES[kind.removeprefix("q_")](parameter, place)
    return _multiple(value, parameter["q"]) if kind.startswith("q_") else value


def _multiple(value: float, q: float) -> float | int:
    """The multiple of q that is nearest to `value`, a whole number if q is one."""
    nearest = round(value / q) * q
    return nearest if isinstance(nearest, int) else float(f"{nearest:.12g}")


def _space(parameter: Parameter, optuna) -> Any | None:
    """The values of `random_point` as Optuna knows them; nothing for a constant."""
    if parameter["distribution"] == "constant":
        return None
    if parameter["distribution"] == "categorical":
        return optuna.distributions.CategoricalDistribution(range(len(parameter["values"])))
    return optuna.distributions.FloatDistribution(1e-12, 1 - 1e-12)
