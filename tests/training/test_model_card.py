import json
import shutil
import zipfile

import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.evaluation import Row
from mmzoo.reading import read_model_card
from mmzoo.reading.model_card import SHAPE
from mmzoo.training import Control, FrontEnds, PlannedRow, TrainingOptions, Variant
from mmzoo.training.model_card import (
    row_figures,
    training_card,
    weights_of,
    write_model_card,
)
from tests.data.small_corpus import small_corpus
from tests.reading.small_card import small_card

OPTIONS = TrainingOptions(class_weight={"a": 0.5})


@pytest.fixture
def model():
    return mmzoo.build_lstm_baseline({"text": 5}, units=4)


def test_the_file_stays_what_keras_reads(model, tmp_path):
    path, card = tmp_path / "model.keras", small_card()
    model.save(path)
    before = path.stat().st_size
    for epoch in (1, 2):
        card["options"]["epochs"] = epoch
        write_model_card(path, card)
        assert read_model_card(path)["options"]["epochs"] == epoch
    # A fourth member would let Keras unpack the whole file at each loading.
    with zipfile.ZipFile(path) as archive:
        members = ["metadata.json", "config.json", "model.weights.h5"]
        assert archive.namelist() == members and archive.testzip() is None
        metadata = json.loads(archive.read("metadata.json"))
    assert metadata["keras_version"] == keras.version()
    assert path.stat().st_size < before + 5000
    batch = {"text": np.ones((2, 3, 5), "float32")}
    for loaded in (mmzoo.load(path), keras.saving.load_model(path)):
        found = loaded.predict_on_batch(batch)["sentiment"]
        np.testing.assert_allclose(found, model.predict_on_batch(batch)["sentiment"])


@pytest.mark.one_backend
def test_large_and_packed_members_stay_whole(tmp_path, monkeypatch):
    path, content = tmp_path / "model.keras", b"weights" * 1000
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 2**12)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", content)
        archive.writestr("assets/words.txt", b"joy")
    for _ in range(2):
        write_model_card(path, small_card())
    monkeypatch.undo()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.read("model.weights.h5") == content
        assert archive.read("assets/words.txt") == b"joy"
        kinds = {member.compress_type for member in archive.infolist()}
        assert kinds == {zipfile.ZIP_DEFLATED}


@pytest.mark.one_backend
def test_what_is_cut_short_leaves_the_old_file(model, tmp_path, monkeypatch):
    path = tmp_path / "model.keras"
    model.save(path)
    old = path.read_bytes()

    def stop(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(shutil, "copyfileobj", stop)
        write_model_card(path, small_card())
    assert path.read_bytes() == old and list(tmp_path.iterdir()) == [path]


@pytest.mark.one_backend
def test_a_training_tells_all_of_its_model(rng, tmp_path):
    corpus = small_corpus(rng)
    columns = {"audio": ["F0", "VUV", "NAQ"], "text": ["too", "few"]}
    files = [{"name": "a.h5", "sha256": "0"}, "another"]
    corpus.provenance.update(
        feature_names=columns, protocol=7, fold=1, folds=3, files=files
    )
    change = Control("untrained encoder", untrained=True)
    row = PlannedRow(
        *(Variant.parse("text+audio->video"), OPTIONS),
        *({"units": 3, "sizes": [[1]]}, FrontEnds(), change),
    )
    model = mmzoo.build_sentiment_regressor(
        mmzoo.build_seq2seq_translator(
            corpus.input_dims, ["audio", "text"], "video", units=3
        ),
        units=3,
    )
    labels = corpus.test.labels
    card = training_card(row, model, corpus, 2, labels + 0.5)
    model.save(tmp_path / "model.keras")
    write_model_card(tmp_path / "model.keras", card)
    found = read_model_card(tmp_path)
    assert {name: found[name] for name in SHAPE} == card
    assert (found["row"], found["training"]) == ("text+audio->video", "phases")
    assert found["control"] == "untrained encoder" and found["seed"] == 2
    assert list(found["reads"]) == ["audio", "text"]
    assert found["reads"]["audio"]["names"] == columns["audio"]
    # Names that do not fit the columns are those of others.
    assert found["reads"]["text"]["names"] is None
    assert found["joined_steps"] == [["audio", "text"]]
    assert found["answers"]["label_range"] == [-3, 3]
    assert found["data"]["splits"]["test"] == {"samples": 3, "labels": 3}
    assert (found["data"]["fold"], found["data"]["folds"]) == (1, 3)
    assert found["data"]["files"] == files[:1] and found["data"]["protocol"] == "7"
    assert found["scores"]["mae"] == pytest.approx(0.5)
    assert found["options"]["class_weight"] == {"a": 0.5}
    assert found["options"]["sizes"] == "[[1]]" and found["options"]["bins"] == 64
    assert found["versions"]["backend"] == keras.backend.backend()
    assert {name: found[name] for name in weights_of(model)} == weights_of(model)


@pytest.mark.one_backend
def test_a_front_end_tells_what_it_reads(rng):
    ends = {"text": mmzoo.layers.WordEmbedding(["joy"], 5)}
    model = mmzoo.build_lstm_baseline(ends, units=4, classes=["calm", "sad"])
    corpus, row = small_corpus(rng), PlannedRow(Variant.parse("text"), OPTIONS)
    card = training_card(row, model, corpus, 0, np.full(3, np.nan))
    told = {"features": 5, "front_end": "WordEmbedding", "raw": "tokens", "names": None}
    assert card["reads"] == {"text": told}
    assert card["answers"]["classes"] == ["calm", "sad"]
    assert card["scores"] == {}, "a row refuses what is not finite"


@pytest.mark.one_backend
def test_figures_are_those_of_the_report():
    labels = np.array([-2.0, 1.0, 0.5, 3.0])
    row = Row("text", "phases", labels, [labels, labels + 0.5])
    own = Row("text", "phases", labels, labels + 2, control="untrained encoder")
    floor = Row("text+audio", "closed form", labels, labels, control="ridge")
    found = row_figures(row, [0, 1], "valid", [own, floor])
    assert found["metrics"] == row.to_dict()["metrics"]
    assert [x["name"] for x in found["beside"]] == [
        "untrained encoder",
        "ridge on text+audio",
    ]
    assert found["beside"][0]["metrics"]["mae"]["mean"] == 2
    assert found["judged_by"] == "mae" and found["labels"] == 4
