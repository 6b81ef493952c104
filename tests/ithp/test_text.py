"""Texts as tokens: by an encoder of transformers, and by tables of word vectors."""

import pickle

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from threefold.ithp.text import encode
from threefold.ithp.words import find_encoder, look_up, means
from threefold.record.errors import InputError

TEXTS = [text.split() for text in ("this is not great", "unwell", "this is great this is great this is great")]


def test_tokens_have_the_states_that_the_encoder_gives_a_text_by_itself(encoder):
    tokens = encode(TEXTS, encoder)
    tokenizer, model = AutoTokenizer.from_pretrained(encoder), AutoModel.from_pretrained(encoder).eval()
    ends = tokens.lengths.cumsum()
    for text, vectors, pieces in zip(
        TEXTS, np.split(tokens.vectors, ends[:-1]), np.split(tokens.pieces, ends[:-1]), strict=True
    ):
        alone = tokenizer(" ".join(text), return_tensors="pt")
        assert pieces.tolist() == alone["input_ids"][0].tolist()
        with torch.no_grad():
            expected = model(**alone).last_hidden_state[0].numpy()
        np.testing.assert_allclose(vectors, expected, atol=1e-5)  # padding of the others leaves no trace


def test_every_piece_knows_its_word(encoder):
    tokens = encode(TEXTS, encoder)
    assert tokens.lengths.tolist() == [6, 4, 11]
    assert tokens.word[6:10].tolist() == [-1, 0, 0, -1]  # [CLS] un ##well [SEP]
    assert encode([["well"] * 80], encoder).lengths.tolist() == [50]


def test_an_encoder_that_is_not_there_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(InputError, match="text encoder"):
        encode([["well"]], str(tmp_path))


def test_word_vectors_are_looked_up_and_unknown_words_left_out(tmp_path):
    (tmp_path / "glove.txt").write_text("so 1.0 2.0\nwhat 3.0 6.0\n? 0.0 1.0\nnever 9 9\n")
    tokens = find_encoder(str(tmp_path / "glove.txt"))([["So", "what?"], ["unheard"]])
    assert tokens.word.tolist() == [0, 1, 1, -1]
    assert tokens.vectors.tolist() == [[1, 2], [3, 6], [0, 1], [0, 0]]
    np.testing.assert_allclose(means(tokens.vectors, tokens.lengths), [[4 / 3, 3], [0, 0]], rtol=1e-6)
    (tmp_path / "glove.p").write_bytes(pickle.dumps({"so": np.array([1.0, 2.0])}, 2))
    assert find_encoder(str(tmp_path / "glove.p"))([["so", "so"]]).vectors.tolist() == [[1, 2]] * 2


def test_a_damaged_table_of_words_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no\.txt does not exist"):
        look_up([["so"]], tmp_path / "no.txt")
    (tmp_path / "cut.txt").write_text("so 1.0 2.0\nwhat 3.0\n")
    with pytest.raises(InputError, match=r"cut\.txt line 2: 1 numbers, but 2 before"):
        look_up([["so"]], tmp_path / "cut.txt")
    (tmp_path / "word.txt").write_text("so 1.0 x\n")
    with pytest.raises(InputError, match=r"word\.txt line 1"):
        look_up([["so"]], tmp_path / "word.txt")
    with pytest.raises(InputError, match="no word of the texts"):
        look_up([["unheard"]], {})


def test_a_mean_leaves_out_what_is_not_finite():
    x = np.array([[1, np.nan], [3, np.inf], [5, 6]])
    np.testing.assert_array_equal(means(x, np.array([2, 1])), np.float32([[2, np.nan], [5, 6]]))
