"""Sweep files: the format of W&B's, checked when the workflow is loaded; and what can be swept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from re import fullmatch
from string import Formatter
from typing import Annotated, Any, Literal, NamedTuple

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from rapidfuzz import process

from threefold.config import Config, explain
from threefold.config.section import Section
from threefold.config.targets import TARGETS, Target
from threefold.record.errors import InputError
from threefold.record.search import Search, choices
from threefold.record.tables import table_schema

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


class LoadedSweep(NamedTuple):
    """A sweep file that was checked, and all that follows from it before anything runs."""

    name: str
    file: Sweep
    search: Search
    defaults: dict[str, dict[str, Any]]  # source -> settings that the sweep does not vary
    fields: dict[str, dict[str, str]]  # parameter -> type, unit, meaning of its column

    @property
    def batches(self) -> list[int]:
        """Jobs of every round."""
        return [-(-trials // self.file.batch) for trials in self.search.rounds]

    @property
    def params(self) -> dict[str, Any]:
        """What its rules take."""
        published = self.file.published
        return {
            "search": vars(self.search),
            "target": self.file.target,
            "source": TARGETS[self.file.target].source,
            "metric": self.file.metric.name,
            "goal": self.file.metric.goal,
            "batch": self.file.batch,
            "early": bool(self.search.rungs),
            "defaults": self.defaults,
            "fields": self.fields,
            "published": published and published.measure,
            "printed": [f"results/{published.artifact}"] if published else [],
        }


def load_sweep(path: str | Path, config: Config) -> LoadedSweep:
    """Read and check a sweep file; raises InputError with a line per mistake, which names file and key."""
    path = Path(path)
    if not path.is_file():
        known = ", ".join(sorted(str(p) for p in path.parent.glob("*.yaml"))) or "none"
        raise InputError(f"sweep: no file {path}; sweep files in that folder: {known}")
    if not fullmatch("[a-z0-9_-]+", path.stem):
        raise InputError(f"{path}: a sweep has the name of its file, which should be in a-z, 0-9, '_', '-'")
    try:
        sweep = Sweep.model_validate(yaml.safe_load(path.read_text()))
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML ({' '.join(str(error).split())})") from None
    except ValidationError as error:
        raise InputError("\n".join(explain(mistake, Sweep, str(path)) for mistake in error.errors())) from None
    try:
        target = TARGETS[_known("target", sweep.target, list(TARGETS))]
        _known("metric.name", sweep.metric.name, table_schema(f"sweep/{sweep.target.replace('/', '_')}").names)
        for name, parameter in sweep.parameters.items():
            _check_values(target.settings, name, parameter)
        defaults = {source: target.defaults(config, chosen) for source, chosen in sources(sweep, target).items()}
        search = _search(sweep, target, next(iter(defaults.values())))
        for name in target.settings.model_fields:
            if name not in sweep.parameters and any(name not in settings for settings in defaults.values()):
                raise ValueError(f"parameters.{name} is missing; {sweep.target} has no default for it")
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None
    varied = {name: _column(target.settings, name) for name in sweep.parameters | {search.resource: None} if name}
    return LoadedSweep(path.stem, sweep, search, defaults, varied)


def _known(key: str, name: str, names: Sequence[str]) -> str:
    if name not in names:
        closest, *_ = process.extractOne(name, names)
        raise ValueError(f"{key} is {name!r}; the closest known name is {closest} (known here: {', '.join(names)})")
    return name


def _check_values(settings: type[Section], name: str, parameter: Parameter) -> None:
    """Raise ValueError where the target has no such parameter, or some of its values are not allowed."""
    fields = settings.model_fields
    if name not in fields:
        closest, *_ = process.extractOne(name, list(fields))
        known = ", ".join(fields)
        raise ValueError(f"unknown parameter {name}; the closest known one is {closest} (known here: {known})")
    allowed = TypeAdapter(Annotated[fields[name].annotation, fields[name]], config=ConfigDict(strict=True))
    for value in parameter.ends:
        try:
            allowed.validate_python(value)
        except ValidationError as error:
            should = error.errors()[0]["msg"].removeprefix("Input should be ")
            raise ValueError(f"parameters.{name} has the value {value!r}, but should be {should}") from None


def sources(sweep: Sweep, target: Target) -> dict[str, dict[str, Any]]:
    """The names of the input files of the trials, with the parameters that they follow from."""
    names = [name for _, name, _, _ in Formatter().parse(target.source) if name]
    for name in names:
        if name not in sweep.parameters or choices(sweep.parameters[name].plain()) is None:
            raise ValueError(f"parameters.{name}: missing or without end, but should be given by value or values")
    chosen = [choices(sweep.parameters[name].plain()) for name in names]
    combined = [dict(zip(names, values, strict=True)) for values in product(*chosen)]
    return {target.source.format(**values): values for values in combined}


def _search(sweep: Sweep, target: Target, defaults: Mapping[str, Any]) -> Search:
    parameters = {name: parameter.plain() for name, parameter in sweep.parameters.items()}
    plain = {"parameters": parameters, "seed": sweep.seed, "goal": sweep.metric.goal, "method": sweep.method}
    if sweep.method == "grid":
        if endless := [name for name, parameter in parameters.items() if choices(parameter) is None]:
            raise ValueError(
                f"method is grid, but parameters.{endless[0]} has no end of values; give `values`, or a `q`"
            )
        trials = math.prod(len(choices(parameter)) for parameter in parameters.values())
        trials = min(trials, sweep.run_cap or trials)
    elif sweep.run_cap is None:
        raise ValueError(f"run_cap is missing; method {sweep.method} takes as many trials as it says")
    else:
        trials = sweep.run_cap
    if sweep.early_terminate is None:
        if sweep.method != "bayes":
            return Search(rounds=[trials], **plain)
        full, rest = divmod(trials, sweep.round)
        return Search(rounds=[sweep.round] * full + [rest] * bool(rest), **plain)
    if target.iterations is None:
        raise ValueError(
            f"early_terminate: a trial of {sweep.target} has no iterations that could end early; leave it out"
        )
    if sweep.method == "bayes":
        raise ValueError("early_terminate goes with method grid or random, not with bayes")
    most = (parameters.get(target.iterations) or {}).get("value", defaults.get(target.iterations))
    if target.iterations in parameters and parameters[target.iterations]["distribution"] != "constant":
        raise ValueError(f"early_terminate decides {target.iterations}; give it by one value, or not at all")
    rungs = [sweep.early_terminate.min_iter]
    while rungs[-1] * sweep.early_terminate.eta < most:
        rungs.append(rungs[-1] * sweep.early_terminate.eta)
    rungs.append(most)
    rounds = [max(1, trials // sweep.early_terminate.eta**k) for k in range(len(rungs))]
    return Search(rounds=rounds, resource=target.iterations, rungs=rungs, **plain)


def _column(settings: type[Section], name: str) -> dict[str, str]:
    """Type and meaning of a parameter's column."""
    field = settings.model_fields[name]
    types = {t for t in getattr(field.annotation, "__args__", [field.annotation]) if isinstance(t, type)} or {str}
    arrow = next((a for t, a in ((bool, "bool"), (float, "float64"), (int, "int64")) if t in types), "string")
    return {"type": arrow, "unit": "", "meaning": field.description or name}
