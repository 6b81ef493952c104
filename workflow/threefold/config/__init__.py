"""The configuration: one typed model, from which config/config.yaml and its JSON schema are generated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ValidationError
from rapidfuzz import process

from threefold.config.ithp import Ithp
from threefold.config.neuromfa import Neuromfa
from threefold.config.section import Section
from threefold.config.tori import Tori
from threefold.record.errors import InputError


class Tracking(Section):
    mode: Literal["offline", "online", "disabled"] = "offline"
    """Weights & Biases: offline keeps the runs in logs/wandb for a later `make sync`; WANDB_MODE goes before this."""
    project: str = "threefold"
    """The W&B project that runs belong to; WANDB_PROJECT goes before this."""
    entity: str | None = None
    """The W&B user or team that the project belongs to; none is the key's own. WANDB_ENTITY goes before this."""
    tags: list[str] = []
    """Tags of every run, besides its chain; WANDB_TAGS goes before this."""


class Data(Section):
    mirror: str | None = None
    """A folder with copies of the data sets (mustard/, mosi_utterance/), looked into before anything is downloaded."""
    download: bool = False
    """Fetch data sets from their public homes when the mirror has them not. Without either, they are left out."""


class Config(Section):
    seed: int = 0
    """The seed that every stage's own random numbers derive from."""
    data: Data = Data()
    """Where data sets come from."""
    tracking: Tracking = Tracking()
    """Experiment tracking. Changing it reruns nothing."""
    sweeps: list[str] = ["config/sweeps/ithp_beta_gamma.yaml", "config/sweeps/ithp_beta_gamma_mosi.yaml"]
    """The sweeps that belong to a run. One on data that are not at hand is left out."""
    sweep: str | None = None
    """One more: `snakemake sweep --config sweep=config/sweeps/….yaml` runs it alone."""
    neuromfa: Neuromfa = Neuromfa()
    """NeuroMFA, arXiv:2402.09099: checkpoint -> neuron graph -> multifractal spectrum -> emergence."""
    ithp: Ithp = Ithp()
    """ITHP, arXiv:2309.15877 and 2404.09403: features -> hierarchical bottleneck -> scores and nats."""
    tori: Tori = Tori()
    """Mapping tori, arXiv:1912.13299: mapping classes -> dilatations -> volumes."""


def load_config(raw: Mapping[str, Any]) -> Config:
    """Check `raw` and fill in defaults.

    Raises InputError with a line per mistake: the key, what was found, what is allowed, the closest known key.
    """
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        raise InputError("\n".join(explain(mistake, Config, "config") for mistake in error.errors())) from None


def explain(mistake: Mapping[str, Any], model: type[BaseModel], file: str) -> str:
    """One mistake that pydantic found in `file` against `model`, in one line."""
    *parents, key = mistake["loc"]
    where = ".".join(map(str, mistake["loc"]))
    if mistake["type"] != "extra_forbidden":
        allowed = mistake["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        if mistake["type"] == "missing":
            return f"{file}: {where} is missing"
        return f"{file}: {where} is {mistake['input']!r}, but should be {allowed}"
    known = list(_section(model, parents).model_fields)
    closest, *_ = process.extractOne(str(key), known)
    return f"{file}: unknown key {where}; the closest known key is {closest} (known here: {', '.join(known)})"


def _section(section: type[BaseModel], parents: list[str | int]) -> type[BaseModel]:
    """The model at the path `parents` below `section`, stepping through lists and maps of sections."""
    for name in parents:
        if name in section.model_fields:
            annotation = section.model_fields[name].annotation
            section = next((t for t in _types(annotation) if issubclass(t, BaseModel)), section)
    return section


def _types(annotation: Any) -> list[type]:
    arguments = getattr(annotation, "__args__", ())
    return [t for a in arguments for t in _types(a)] if arguments else [a for a in [annotation] if isinstance(a, type)]


def default_yaml() -> str:
    """The text of config/config.yaml: every key with its description and default."""
    head = "# yaml-language-server: $schema=../workflow/schemas/config.schema.json\n"
    head += "# Generated from workflow/threefold/config by `make config`. Override it in a file of your own\n"
    head += "# (`snakemake --configfile mine.yaml`) that holds only what differs.\n"
    return head + "\n".join(_commented(Config(), depth=0)) + "\n"


def _commented(section: BaseModel, depth: int) -> list[str]:
    indent, lines = "  " * depth, []
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if depth == 0:
            lines.append("")
        lines += [f"{indent}# {line}" for line in field.description.splitlines()]
        if isinstance(value, BaseModel) and type(value).model_fields:
            lines += [f"{indent}{name}:", *_commented(value, depth + 1)]
        else:
            lines += [indent + line for line in _entry(name, _plain(value))]
    return lines


def _entry(name: str, value: Any) -> list[str]:
    """The YAML lines of one key: a list or map of maps takes a line per item, anything else one line."""
    flow = {"default_flow_style": True, "sort_keys": False, "width": 10_000}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [f"{name}:", *(f"  - {yaml.safe_dump(item, **flow).strip()}" for item in value)]
    if isinstance(value, dict) and value and isinstance(next(iter(value.values())), dict):
        return [f"{name}:", *(f"  {key}: {yaml.safe_dump(item, **flow).strip()}" for key, item in value.items())]
    return [f"{name}: {yaml.safe_dump(value, **flow).removesuffix('...' + chr(10)).strip()}"]


def _plain(value: Any) -> Any:
    """`value` as YAML's own types: sections to maps, tuples to lists."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def json_schema() -> str:
    """The text of workflow/schemas/config.schema.json, for editors."""
    return json.dumps(Config.model_json_schema(), indent=2) + "\n"
