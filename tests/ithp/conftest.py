"""A text encoder made on the spot: a tiny DeBERTa-v2 with its tokenizer."""

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import DebertaV2Config, DebertaV2Model, PreTrainedTokenizerFast


@pytest.fixture(scope="session")
def encoder(tmp_path_factory):
    """Folder of an encoder with states of 16 numbers; it knows ten words and pieces, among them `un` and `##well`."""
    folder = tmp_path_factory.mktemp("tiny-deberta")
    words = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]", "well", "this", "is", "not", "great", "un", "##well"]
    tokenizer = Tokenizer(models.WordPiece({word: k for k, word in enumerate(words)}, unk_token="[UNK]"))
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
