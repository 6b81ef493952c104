"""The base of every section of the configuration."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section: unknown keys and values of another type are refused; nothing changes after loading.

    A field's description becomes its comment in config/config.yaml, its default the value there.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)
