"""The section `ithp` of the configuration."""

from threefold.config.section import Section


class Ithp(Section):
    pass
