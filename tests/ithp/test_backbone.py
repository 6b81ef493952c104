"""Rows end to end or padded: what a text encoder says of each token is what it says of its row alone."""

import pytest
import torch
from transformers import BertConfig, BertModel, DebertaV2Config, DebertaV2Model

from threefold.ithp.backbone import PACK, states

SIZE = {"vocab_size": 50, "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48}
RELATIVE = {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]}
DEBERTA_V3 = RELATIVE | {
    "share_att_key": True,
    "norm_rel_ebd": "layer_norm",
    "position_buckets": 256,
    "position_biased_input": False,
    "type_vocab_size": 0,
}
ENCODERS = {
    "DeBERTa-v3": (DebertaV2Model, DebertaV2Config(**SIZE, **DEBERTA_V3)),
    "few distances": (DebertaV2Model, DebertaV2Config(**SIZE, **DEBERTA_V3 | {"position_buckets": 8})),
    "places too": (DebertaV2Model, DebertaV2Config(**SIZE, **RELATIVE, max_position_embeddings=64)),
    "convolution": (DebertaV2Model, DebertaV2Config(**SIZE, **DEBERTA_V3, conv_kernel_size=3, conv_act="gelu")),
    "no distances": (DebertaV2Model, DebertaV2Config(**SIZE)),
    "BERT": (BertModel, BertConfig(**SIZE)),
}


@pytest.fixture(params=ENCODERS)
def encoder(request):
    torch.manual_seed(0)
    kind, config = ENCODERS[request.param]
    encoder = kind(config).eval()
    with torch.no_grad():
        for p in encoder.parameters():  # as they start, attention is almost uniform and places hardly matter
            p.mul_(5.0 if p.ndim > 1 else 1.0)
    return encoder


@pytest.fixture
def rows():
    torch.manual_seed(1)
    lengths = torch.cat([torch.randint(1, 51, (30,)), torch.tensor([1, 50])])
    assert lengths.sum() > 2 * PACK
    return torch.randint(3, 50, (int(lengths.sum()),)), lengths


def alone(encoder, pieces, lengths):
    """What the encoder says of each row by itself."""
    return torch.cat([encoder(input_ids=row[None]).last_hidden_state[0] for row in pieces.split(lengths.tolist())])


def test_each_token_sees_its_own_row_alone(encoder, rows):
    torch.testing.assert_close(states(encoder, *rows), alone(encoder, *rows), rtol=1e-3, atol=2e-5)


def test_gradients_are_those_of_single_rows(encoder, rows):
    gradients = []
    for found in (states(encoder, *rows), alone(encoder, *rows)):
        encoder.zero_grad()
        (found * torch.linspace(-1, 1, found.numel()).view(found.shape)).sum().backward()
        gradients.append({name: p.grad.clone() for name, p in encoder.named_parameters() if p.grad is not None})
    ours, expected = gradients
    assert ours.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(ours[name], gradient, rtol=1e-2, atol=1e-4 * float(gradient.abs().max()) + 1e-4)
