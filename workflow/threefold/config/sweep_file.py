"""The format of sweep files: that of W&B, with `target` instead of `program` and some keys of our own."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import Field, model_validator

from threefold.config.section import Section
from threefold.record.search import choices

Scalar = bool | int | float | str | None
LIMITS = {  # distribution -> the keys that it needs
    "constant": {"value"},
    "categorical": {"values"},
    **{name: {"min", "max"} for name in ("uniform", "int_uniform", "log_uniform", "log_uniform_values")},
    **{name: {"min", "max", "q"} for name in ("q_uniform", "q_log_uniform", "q_log_uniform_values")},
    **{name: {"mu", "sigma"} for name in ("normal", "log_normal")},
    **{name: {"mu", "sigma", "q"} for name in ("q_normal", "q_log_normal")},
}


class Parameter(Section):
    """Where a parameter's values come from; without `distribution`, the keys that are given tell, as in W&B."""

    distribution: Literal[tuple(LIMITS)] = None  # filled in below
    value: Scalar = None
    """The value of a constant."""
    values: list[Scalar] = Field(None, min_length=1)
    """The values to choose from."""
    probabilities: list[float] = None
    """How likely each of them is."""
    min: float | int = None
    """Least value; of log_uniform, its natural logarithm."""
    max: float | int = None
    """Greatest value, likewise."""
    mu: float = 0.0
    """Mean of a normal distribution."""
    sigma: float = Field(1.0, gt=0)
    """Its standard deviation."""
    q: float | int = Field(1, gt=0)
    """Values are multiples of this."""

    @model_validator(mode="before")
    @classmethod
    def _distribution(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or "distribution" in raw:
            return raw
        for name in ("values", "value", "mu"):
            if name in raw:
                return raw | {"distribution": {"values": "categorical", "value": "constant", "mu": "normal"}[name]}
        limits = [raw.get("min"), raw.get("max")]
        return raw | {"distribution": "int_uniform" if all(type(x) is int for x in limits) else "uniform"}

    @model_validator(mode="after")
    def _has_its_limits(self):
        given, needed = self.model_fields_set - {"distribution"}, LIMITS[self.distribution]
        optional = {"mu", "sigma", "q"} | ({"probabilities"} if self.distribution == "categorical" else set())
        if needed - optional - given or given - needed - optional:
            raise ValueError(f"given {' and '.join(sorted(needed))} for {self.distribution}")
        if "min" in needed and self.min >= self.max:
            raise ValueError(f"given a min below its max, not {self.min} and {self.max}")
        if "values" in self.distribution and self.min <= 0:
            raise ValueError(f"given a min above 0 for {self.distribution}")
        if self.probabilities and (
            len(self.probabilities) != len(self.values) or abs(sum(self.probabilities) - 1) > 1e-9
        ):
            raise ValueError(f"given {len(self.values)} probabilities that sum to 1")
        return self

    @property
    def ends(self) -> list[Scalar]:
        """Values that must be allowed for all to be."""
        plain = self.plain()
        if self.distribution in ("uniform", "int_uniform", "q_uniform", "log_uniform_values", "q_log_uniform_values"):
            return [self.min, self.max] if self.distribution != "uniform" else [float(self.min), float(self.max)]
        if self.distribution == "log_uniform":
            return [math.exp(self.min), math.exp(self.max)]
        return choices(plain) or []

    def plain(self) -> dict[str, Any]:
        """The distribution with what it needs, for `record.search`."""
        kept = {"distribution", "probabilities", *LIMITS[self.distribution]}
        return {name: x for name, x in self.model_dump().items() if name in kept and (x is not None or name == "value")}


class Metric(Section):
    name: str
    """A column of the target's table."""
    goal: Literal["minimize", "maximize"] = "minimize"


class EarlyTerminate(Section):
    type: Literal["hyperband"]
    min_iter: int = Field(ge=1)
    """Iterations of every trial in the first round."""
    eta: int = Field(3, ge=2)
    """The best 1/eta of a round goes on to the next, with eta times the iterations, until there are as many as set."""


class Published(Section):
    artifact: str
    """A table under results/."""
    measure: str
    """A DuckDB query over it, FROM artifact: columns panel, value, and two of the swept parameters."""


class Sweep(Section):
    description: str = ""
    """What it is for."""
    target: str
    """What a trial runs."""
    method: Literal["grid", "random", "bayes"]
    metric: Metric
    parameters: dict[str, Parameter] = Field(min_length=1)
    run_cap: int = Field(None, ge=1)
    """Trials in all; of a grid, the first ones. Random and bayes need it."""
    early_terminate: EarlyTerminate | None = None
    """Successive halving; only with a target that has iterations."""
    batch: int = Field(16, ge=1)
    """Trials in a job."""
    round: int = Field(8, ge=1)
    """Trials that bayes proposes at a time."""
    seed: int = Field(0, ge=0)
    """Of the search, not of the trials."""
    published: Published | None = None
    """Published values, drawn beside the map of a sweep."""
