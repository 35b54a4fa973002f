"""`mmzoo convert` writes what was read, and over nothing unasked."""

import dataclasses

import numpy as np
import pytest

from mmzoo.command.convert import NOT_FINITE
from mmzoo.command.entry import main
from mmzoo.data import read
from tests.command.small_command import fails, write
from tests.data.small_corpus import assert_same_split, small_corpus

pytestmark = pytest.mark.one_backend


@pytest.fixture
def data(rng, tmp_path):
    return write(small_corpus(rng), tmp_path)


def refused(capsys, *words):
    with pytest.raises(SystemExit):
        main(["convert", *words])
    return capsys.readouterr().err


def test_what_was_read_is_written(data, tmp_path, capsys):
    output = tmp_path / "out.h5"
    assert main(["convert", data, str(output)]) == 0
    told = capsys.readouterr().out
    assert "7 of train, 2 of valid, 3 of test samples" in told
    assert read(data).summary() in told and f"mmzoo train {output}" in told
    assert NOT_FINITE not in told
    first, second = read(data), read(output)
    for name in first.splits:
        assert_same_split(first.splits[name], second.splits[name])


def test_values_that_are_not_finite_are_counted_and_kept(rng, tmp_path, capsys):
    corpus = small_corpus(rng)
    rows = corpus.train.sequences["audio"]
    frames = np.array(rows.frames)
    frames[0, 0] = np.nan
    train = corpus.train.with_modality(
        "audio", dataclasses.replace(rows, frames=frames)
    )
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "train": train})
    output = tmp_path / "out.h5"
    assert main(["convert", write(corpus, tmp_path), str(output)]) == 0
    told = capsys.readouterr().out
    assert "audio of train: nan 1" in told and NOT_FINITE in told
    assert read(output).provenance["cleaned"]["train"]["audio"]["nan"] == 1


def test_no_file_is_written_over_unasked(data, tmp_path, capsys):
    output = tmp_path / "out.h5"
    output.write_text("mine")
    assert "say --force" in refused(capsys, data, str(output))
    assert output.read_text() == "mine"
    assert main(["convert", data, str(output), "--force"]) == 0
    assert len(read(output).train) == 7


def test_data_are_not_written_over_themselves(data, capsys):
    assert "is DATA itself" in refused(capsys, data, data, "--force")


def test_the_name_is_that_of_an_hdf5_file(data, tmp_path, capsys):
    assert "ends in .h5" in refused(capsys, data, str(tmp_path / "out.csv"))


def test_data_that_cannot_be_trained_on_are_refused(rng, tmp_path, capsys):
    corpus = small_corpus(rng)
    part = dataclasses.replace(corpus, splits={"test": corpus.test})
    output = tmp_path / "out.h5"
    told = fails(capsys, "convert", write(part, tmp_path), str(output))
    assert "is empty" in told and not output.exists()
