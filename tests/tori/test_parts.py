"""Long tables in parts: resumed after a kill, one part at a time, no row lost."""

import multiprocessing
import os

import pandas as pd
import pyarrow.parquet as pq
import pytest

from threefold.record.files import digest, unfinished
from threefold.record.tables import write_table
from threefold.tori.parts import count_rows, slices, write_in_parts
from threefold.tori.surfaces import find_surface
from threefold.tori.words import enumerate_words, word_parts


def counted(parts, calls):
    """The same parts, which leave a line in the file `calls` for each that is made."""

    def count(part):
        with calls.open("a") as file:
            file.write("x\n")
        return part()

    return [lambda part=part: count(part) for part in parts]


def killed(path, folder, parts, calls, after):
    def stop():
        os._exit(9)

    write_in_parts(path, "tori/words", folder, [*counted(parts[:after], calls), stop])


def test_parts_that_a_killed_job_has_finished_are_not_made_again(tmp_path):
    parts, calls = list(word_parts(find_surface("S_1_1"), 5)), tmp_path / "calls"
    path, folder = tmp_path / "words.parquet", tmp_path / "log" / "facts"
    process = multiprocessing.get_context("fork").Process(target=killed, args=(path, folder, parts, calls, 12))
    process.start()
    process.join()
    assert (process.exitcode, path.exists(), len(list(folder.iterdir()))) == (9, False, 12)
    write_in_parts(path, "tori/words", folder, counted(parts, calls))
    assert len(calls.read_text().split()) == len(parts)
    assert pd.read_parquet(path)["word"].tolist() == enumerate_words(find_surface("S_1_1"), 5)["word"].tolist()
    assert not folder.parent.exists()


def test_the_bytes_are_those_of_an_undisturbed_run(tmp_path):
    parts = list(word_parts(find_surface("S_1_1"), 4))
    for name, first in (("one", 0), ("two", 5)):
        folder = tmp_path / "log" / name
        for number in range(first):
            write_table(folder / f"{number:06}.parquet", parts[number](), "tori/words")
        write_in_parts(tmp_path / name, "tori/words", folder, parts)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_the_schema_travels_with_the_table(tmp_path):
    write_in_parts(tmp_path / "words.parquet", "tori/words", tmp_path / "log" / "x", word_parts(find_surface("D_3"), 2))
    assert pq.read_schema(tmp_path / "words.parquet").field("length").metadata[b"unit"] == b"letters"


def test_slices_are_the_table_in_pieces(tmp_path):
    words = enumerate_words(find_surface("S_1_1"), 6)
    write_table(tmp_path / "words.parquet", words, "tori/words")
    pieces = list(slices(tmp_path / "words.parquet", 50))
    assert [len(piece) for piece in pieces] == [50, 50, 17]
    assert pd.concat(pieces)["word"].tolist() == words["word"].tolist()
    assert count_rows(tmp_path / "words.parquet") == 117


def test_a_lost_row_is_noticed(tmp_path):
    parts = word_parts(find_surface("S_1_1"), 2)
    with pytest.raises(AssertionError, match="6 rows from 7"):
        write_in_parts(tmp_path / "words.parquet", "tori/words", tmp_path / "log" / "x", parts, expected=7)


def test_other_facts_or_inputs_have_another_folder(tmp_path):
    (tmp_path / "input").write_text("a")
    folders = {unfinished("logs/x.log", ["code", 1]), unfinished("logs/x.log", ["code", 2])}
    folders.add(unfinished("logs/x.log", ["code", 1], [tmp_path / "input"]))
    (tmp_path / "input").write_text("b")
    folders.add(unfinished("logs/x.log", ["code", 1], [tmp_path / "input"]))
    assert len(folders) == 4
    assert {str(folder.parent) for folder in folders} == {"logs/x"}
