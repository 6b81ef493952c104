"""Sweeps as the workflow loads them: a file that was checked, and all that follows from it before anything runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from re import fullmatch
from string import Formatter
from typing import Annotated, Any, NamedTuple

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from rapidfuzz import process

from threefold.config import Config, explain
from threefold.config.section import Section
from threefold.config.sweep_file import Parameter, Sweep
from threefold.config.targets import TARGETS, Target
from threefold.record.errors import InputError
from threefold.record.search import Search, choices
from threefold.record.tables import table_schema

LARGEST = 1_000_000  # trials of a grid


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
        _known("metric.name", sweep.metric.name, table_schema(f"sweeps/{sweep.target.replace('/', '_')}").names)
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


def load_sweeps(config: Config) -> tuple[list[LoadedSweep], LoadedSweep | None]:
    """The sweeps that the configuration lists, and the one that was asked for; raises InputError as `load_sweep`."""
    paths = [Path(path) for path in dict.fromkeys([*config.sweeps, *([config.sweep] if config.sweep else [])])]
    for path in paths:
        if same := [other for other in paths if other.stem == path.stem and other != path]:
            raise InputError(f"sweeps: {path} and {same[0]} have the same name; results/sweeps/{path.stem} is of one")
    loaded = {str(path): load_sweep(path, config) for path in paths}
    return [loaded[str(Path(path))] for path in config.sweeps], loaded.get(str(Path(config.sweep or "")))


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
    trials = _count(sweep, parameters)
    if sweep.early_terminate:
        rungs = _rungs(sweep, target, parameters.get(target.iterations), defaults)
        rounds = [max(1, trials // sweep.early_terminate.eta**k) for k in range(len(rungs))]
        return Search(rounds=rounds, resource=target.iterations, rungs=rungs, **plain)
    if sweep.method == "bayes":
        full, rest = divmod(trials, sweep.round)
        return Search(rounds=[sweep.round] * full + [rest] * bool(rest), **plain)
    return Search(rounds=[trials], **plain)


def _count(sweep: Sweep, parameters: Mapping[str, Any]) -> int:
    """How many trials there are in all, or of a sweep that ends trials early, in the first round."""
    if sweep.method != "grid":
        if sweep.run_cap is None:
            raise ValueError(f"run_cap is missing; method {sweep.method} takes as many trials as it says")
        return sweep.run_cap
    if endless := [name for name, parameter in parameters.items() if choices(parameter) is None]:
        raise ValueError(f"method is grid, but parameters.{endless[0]} has no end of values; give `values` or a `q`")
    trials = math.prod(len(choices(parameter)) for parameter in parameters.values())
    if trials > LARGEST:
        raise ValueError(f"method is grid, but that takes {trials} trials; use random, with a run_cap")
    return min(trials, sweep.run_cap or trials)


def _rungs(sweep: Sweep, target: Target, given: Mapping[str, Any] | None, defaults: Mapping[str, Any]) -> list[int]:
    """The iterations of the trials of each round; `given`: the sweep's own parameter for them."""
    if target.iterations is None:
        raise ValueError(f"early_terminate: a trial of {sweep.target} has no iterations; leave it out")
    if sweep.method == "bayes":
        raise ValueError("early_terminate goes with method grid or random, not with bayes")
    if given and given["distribution"] != "constant":
        raise ValueError(f"early_terminate decides {target.iterations}; give it by one value, or not at all")
    most, rungs = (given or {"value": defaults[target.iterations]})["value"], [sweep.early_terminate.min_iter]
    while rungs[-1] * sweep.early_terminate.eta < most:
        rungs.append(rungs[-1] * sweep.early_terminate.eta)
    return [*rungs, most]


def _column(settings: type[Section], name: str) -> dict[str, str]:
    """Type and meaning of a parameter's column."""
    field = settings.model_fields[name]
    types = {t for t in getattr(field.annotation, "__args__", [field.annotation]) if isinstance(t, type)} or {str}
    arrow = next((a for t, a in ((bool, "bool"), (float, "float64"), (int, "int64")) if t in types), "string")
    return {"type": arrow, "unit": "", "meaning": field.description or name}
