"""The real data sets: their files, their public homes and their checksums."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from threefold.record import downloads
from threefold.record.progress import progress


@dataclass(frozen=True)
class Source:
    """A data set at one commit of a GitHub repository.

    `modalities`: in the published order, prime first (docs/science/ithp.md#mosi-setup).
    `files`: local name -> (path in the repository, SHA-256). `folder`: its folder in a mirror.
    """

    folder: str
    modalities: list[str]
    repository: str
    commit: str
    files: dict[str, tuple[str, str]]

    def urls(self, name: str) -> list[str]:
        path, _ = self.files[name]
        return downloads.github_urls(self.repository, self.commit, path)


SOURCES = {
    "mustard": Source(
        folder="mustard",
        modalities=["T"],
        repository="soujanyaporia/MUStARD",
        commit="b34b513",
        files={
            "LICENSE": ("LICENSE", "10e7bcb5d78f416ea866620581ec09f779094f4eaa08331c15b91a3b781439b7"),
            "sarcasm_data.json": (
                "data/sarcasm_data.json",
                "ec9533032c5f143f197cb5fa5d4b29ab9bf56a20b0dc05d5b31d052f5957d39c",
            ),
            "bert-input.txt": (
                "data/bert-input.txt",
                "c76963e526a616f9d84bb733bf3799df841b61e63378649fd9357e0b76db7098",
            ),
            "split_indices.p": (
                "data/split_indices.p",
                "2adea94590e2ab49cde5e96543c75ec4006fd1e9cbd556a82382692c8b045306",
            ),
            "glove_dict_3.p": (
                "data/temp/glove_dict_3.p",
                "cb8ead0162bad4ae8f18f0d408db2b0bf709623544c228b19512acc5e0eb1d30",
            ),
            "glove_dict_4.p": (
                "data/temp/glove_dict_4.p",
                "f28fb2ad8ca8548e0723c68852e27112273ae67f658cb4d832537e5693991040",
            ),
            "glove_dict_5.p": (
                "data/temp/glove_dict_5.p",
                "4eacc2df3d9f1b169cf71eeca0fa3f2210ef3f9943277f5ef7ac80c2d8512c2e",
            ),
        },
    ),
    "mosi": Source(
        folder="mosi_utterance",
        modalities=["T", "A", "V"],
        repository="declare-lab/multimodal-deep-learning",
        commit="111b401",
        files={
            "LICENSE": ("LICENSE", "7a4348bcc838ef3811ad96475d975869ba6104bfec46572b371fa34482defdb5"),
            "transcripts.csv": (
                "bc-LSTM/data/transcripts.csv",
                "e7689e6d70720addd2a6b316419d245a68839c32b014ff426c406063ee777466",
            ),
            "text_test.csv": (
                "bc-LSTM/data/text/text_test0.csv",
                "a343e22272919d1384c2075dbcdd5fef5aa9f9366b0552a83f7c3147b64b047a",
            ),
            "audio_test.csv": (
                "bc-LSTM/data/audio/audio_test0.csv",
                "ddd17eeefd3d951d51d4e2ef8a0d132652d8161e1886f71eb7262b7a14bffff6",
            ),
            "video_test.csv": (
                "bc-LSTM/data/video/video_test0.csv",
                "cab836253d81100f59d533fa2ff65cd53c486be3ec9fd82203c5e25a7a77265f",
            ),
        },
    ),
}


def available(mirror: str | None, download: bool) -> list[str]:
    """The data sets whose files `mirror` has, all of them if `download`."""
    return [name for name in SOURCES if download or _mirrored(name, mirror)]


def _mirrored(dataset: str, mirror: str | None) -> bool:
    source = SOURCES[dataset]
    return mirror is not None and all(Path(mirror, source.folder, name).is_file() for name in source.files)


def own_files(path: str) -> list[str]:
    """The file `path`, or the files of the folder `path`; none where there is neither: its reader then says so."""
    if not Path(path).is_dir():
        return [path] if Path(path).exists() else []
    return sorted(os.fspath(file) for file in Path(path).iterdir() if file.is_file())


def fetch(dataset: str, folder: str | Path, mirror: str | None, download: bool) -> None:
    """Put the files of `dataset` into `folder`, each checked against its SHA-256: from the mirror, else its homes.

    Raises InputError where a file is nowhere to be had or is not the file it should be.
    """
    source = SOURCES[dataset]
    for name, (_, sha256) in progress(source.files.items(), f"fetch {dataset}", total=len(source.files)):
        copy = Path(mirror, source.folder, name) if mirror else None
        downloads.fetch(Path(folder, name), sha256, copy, source.urls(name) if download else [])
