"""NeuroMFA (arXiv:2402.09099): neuron graphs of language models, multifractal spectra, degree of emergence."""
