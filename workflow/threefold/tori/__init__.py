"""Mapping tori of pseudo-Anosovs (arXiv:1912.13299): enumeration, dilatations, volumes, families."""
