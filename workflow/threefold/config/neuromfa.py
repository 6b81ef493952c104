"""The section `neuromfa` of the configuration."""

from threefold.config.section import Section


class Neuromfa(Section):
    pass
