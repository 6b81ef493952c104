"""The section `tori` of the configuration."""

from threefold.config.section import Section


class Tori(Section):
    pass
