"""What the chains share: errors, tables, figures, claims, provenance, tracking. Imports no chain."""
