"""NeuroMFA (arXiv:2402.09099): neuron graphs of language models, their multifractal spectra, the degree of emergence."""
