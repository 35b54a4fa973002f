import dataclasses

import keras
import numpy as np

from mmzoo.command.entry import main
from mmzoo.data import Batches, Sequences
from tests.command.small_command import (
    baseline,
    classifier,
    clips,
    lines_of,
    save,
    write,
)
from tests.data.small_corpus import small_corpus


def test_samples_without_a_modality_are_counted(rng, tmp_path, capsys):
    corpus = small_corpus(rng)
    text = corpus.test.sequences["text"]
    lacking = Sequences(text.frames, text.starts, text.lengths * [1, 0, 1])
    rows = {name: corpus.splits[name].sequences["text"] for name in ("train", "valid")}
    data = write(corpus.with_modality("text", {**rows, "test": lacking}), tmp_path)
    assert main(["evaluate", save(baseline(), tmp_path), data]) == 0
    assert "warning: 1 of 3 samples lack text" in capsys.readouterr().out


def test_clips_without_words_are_counted(tmp_path, capsys):
    corpus = clips()
    words = ("", *corpus.test.words[1:])
    test = dataclasses.replace(corpus.test, words=words)
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    data, path = write(corpus, tmp_path), save(classifier(), tmp_path)
    assert main(["evaluate", path, data]) == 0
    assert "warning: 1 of 8 samples lack text" in capsys.readouterr().out


def test_features_of_zeros_are_counted_as_missing(rng, tmp_path, capsys):
    corpus = small_corpus(rng)
    for split in corpus.splits.values():
        rows = split.sequences["audio"]
        rows.frames[: rows.lengths[0]] = 0.0
    words = (save(baseline(), tmp_path), write(corpus, tmp_path))
    assert main(["evaluate", *words]) == 0
    assert "1 of 3 samples lack audio" in capsys.readouterr().out


def test_what_is_not_known_is_read_as_in_training(rng, tmp_path):
    corpus = small_corpus(rng)
    model = baseline()
    model.adapt(corpus.train)
    text = corpus.test.sequences["text"].in_memory()
    text.frames[0] = np.nan
    test = corpus.test.with_modality("text", text)
    data = write(dataclasses.replace(corpus, splits={"test": test}), tmp_path)
    output = str(tmp_path / "out.csv")
    assert main(["predict", save(model, tmp_path), data, "--output", output]) == 0
    batch, _ = Batches(test, model.source, batch_size=3)[0]
    assert np.isnan(batch["text"]).any(), "the model itself reads a mean there"
    expected = keras.ops.convert_to_numpy(model(batch)["sentiment"])
    found = [float(line["predicted"]) for line in lines_of(output)]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_fault_of_the_model_is_said_before_one_of_the_file(tmp_path, capsys):
    (tmp_path / "wrong.keras").write_bytes(b"no model")
    (tmp_path / "rows.h5").write_bytes(b"no rows")
    rows = str(tmp_path / "rows.h5")
    assert main(["predict", str(tmp_path / "wrong.keras"), rows]) == 2
    assert "wrong.keras" in capsys.readouterr().err
    assert main(["predict", save(baseline(), tmp_path), rows]) == 2
    assert "rows.h5" in capsys.readouterr().err
