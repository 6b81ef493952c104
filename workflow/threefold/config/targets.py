"""What can be swept: the settings that a trial takes, with types and limits, and where their defaults come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import Field, create_model

from threefold.config import Config
from threefold.config.ithp import Training
from threefold.config.neuromfa import Spectrum
from threefold.config.section import Section
from threefold.ithp.plan import CONTROLS


class Target(NamedTuple):
    """Something that can be swept: its settings, which of them name the input files, and where defaults come from."""

    settings: type[Section]
    source: str
    defaults: Callable[[Config, Mapping[str, Any]], dict[str, Any]]
    iterations: str | None = None


ITHP_NAMES = {  # of single entries of ITHP's lists
    "beta": ("detector", 0),
    "gamma": ("detector", 1),
    "lam": ("level", 1),
    "latent_0": ("latent", 0),
    "latent_1": ("latent", 1),
}


def _ithp_settings() -> type[Section]:
    lists = {key for key, _ in ITHP_NAMES.values()}
    fields = {name: (field.annotation, field) for name, field in Training.model_fields.items() if name not in lists}
    named = {
        "beta": (float, Field(gt=0, description="Weight of what B0 tells of X1")),
        "gamma": (float, Field(gt=0, description="Weight of what B1 tells of X2")),
        "lam": (float, Field(ge=0, description="Weight of the second bottleneck")),
        "latent_0": (int, Field(ge=1, description="Dimensions of B0")),
        "latent_1": (int, Field(ge=1, description="Dimensions of B1")),
        "dataset": (str, Field(description="Data set")),
        "model": (Literal["ithp", *CONTROLS], Field(description="ITHP or one of its controls")),
        "modalities": (str | None, Field(description="Modalities in order, prime first, as in T-A-V; null: all")),
        "protocol": (str | None, Field(description="How rows are split; null: the data set's first protocol")),
    }
    return create_model("IthpTrain", __base__=Section, **fields, **named)


def _ithp_defaults(config: Config, parameters: Mapping[str, Any]) -> dict[str, Any]:
    own = config.ithp.datasets.get(parameters["dataset"])
    training = config.ithp.gaussian_task if parameters["dataset"] == "gaussian" else config.ithp.real
    settings = ((own and own.training) or training).model_dump(mode="json")
    entries = {name: settings[key][index:][:1] for name, (key, index) in ITHP_NAMES.items()}
    flat = {name: entry[0] if entry else None for name, entry in entries.items()}
    lists = {key for key, _ in ITHP_NAMES.values()}
    settings = {key: x for key, x in settings.items() if key not in lists}
    chosen = {"model": "ithp", "modalities": None, "protocol": None, "device": config.ithp.device}
    encoder = {"text_encoder": own and own.text_encoder, "fine_tune": bool(own and own.fine_tune)}
    return settings | flat | chosen | encoder


class NeuromfaSpectrum(Spectrum):
    model: str
    """Model: one of neuromfa.initial, trained or fetched."""
    step: int = Field(ge=0)
    """Training step."""
    window: int = Field(ge=2)
    """The largest edge length T."""
    sample_size: int = Field(ge=1)
    """Neurons sampled per layer, s."""
    seeds: int = Field(ge=1)
    """Sampled networks."""
    sampling: Literal["published", "generator"]
    """How neurons are drawn."""


def _neuromfa_defaults(config: Config, parameters: Mapping[str, Any]) -> dict[str, Any]:
    neuromfa = config.neuromfa
    sizes = {name: model.sample_size for name, model in (neuromfa.trained | neuromfa.fetched).items()}
    own = {"window": neuromfa.window, "seeds": neuromfa.seeds, "sampling": neuromfa.sampling}
    return neuromfa.spectrum.model_dump() | own | {"sample_size": sizes.get(parameters["model"], 64)}


class ToriClasses(Section):
    surface: str
    """Surface, such as S_1_2."""
    max_length: int = Field(ge=1, le=14)
    """Letters of the longest words."""
    generators: str
    """Letters that words are made of, such as abx."""


TARGETS = {
    "ithp/train": Target(_ithp_settings(), "{dataset}", _ithp_defaults, iterations="epochs"),
    "neuromfa/spectrum": Target(NeuromfaSpectrum, "{model}/step{step}", _neuromfa_defaults),
    "tori/classes": Target(ToriClasses, "none", lambda config, parameters: {}),
}
