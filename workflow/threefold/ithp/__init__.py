"""ITHP (arXiv:2309.15877, 2404.09403): a hierarchical information bottleneck over several modalities."""
