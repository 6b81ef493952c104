"""Text through an encoder of transformers: a tiny DeBERTa-v2 with its tokenizer, made on the spot."""

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import DebertaV2Config, DebertaV2Model, PreTrainedTokenizerFast

from threefold.ithp.text import encode
from threefold.record.errors import InputError


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny-deberta")
    words = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]", "well", "this", "is", "not", "great"]
    tokenizer = Tokenizer(models.WordLevel({word: k for k, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    named = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "cls", "sep", "unk", "mask")}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named).save_pretrained(folder)
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    config = DebertaV2Config(vocab_size=len(words), relative_attention=True, pos_att_type=["p2c", "c2p"], **shape)
    DebertaV2Model(config).save_pretrained(folder)
    return str(folder)


def test_a_text_has_the_same_vector_whatever_it_is_encoded_with(encoder):
    texts = ["this is not great", "well", "this is great this is great this is great"]
    together = encode(texts, encoder)
    assert together.shape == (3, 16)
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_allclose(encode([text], encoder)[0], vector, atol=1e-5)  # padding leaves no trace
    assert np.abs(together[0] - together[1]).max() > 0.01


def test_an_encoder_that_is_not_there_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(InputError, match="text encoder"):
        encode(["well"], str(tmp_path))
