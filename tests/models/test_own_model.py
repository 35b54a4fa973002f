"""A model that is defined outside of mmzoo goes the road of every other model."""

import csv

import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.command.entry import main
from mmzoo.models import registry
from tests.data.small_corpus import small_corpus, small_emotions

pytestmark = [pytest.mark.one_backend, pytest.mark.usefixtures("own_builder")]


@keras.saving.register_keras_serializable(package="mine_tested")
class MeanModel(mmzoo.models.MultimodalModel):
    """The mean over time of all modalities, and a dense layer."""

    answers_per = ("sequence",)

    def __init__(self, input_dims, classes=None, target=None, **kwargs):
        super().__init__(input_dims, classes, target, **kwargs)
        self.concat = mmzoo.layers.ModalityConcat(self.input_dims, name="concat")
        count = len(self.classes) if classes else None
        self.head = mmzoo.layers.AnswerHead(count, name="head")
        self.head.build((None, sum(self.input_dims.values())))
        self.built = True

    @property
    def normalizations(self):
        return self.concat.normalizations

    def call(self, inputs, training=None):
        frames, mask = self.concat(self.featurize(inputs, training))
        weights = keras.ops.cast(mask, frames.dtype)[..., None]
        total = keras.ops.sum(weights, axis=1)
        mean = keras.ops.sum(frames * weights, axis=1) / (total + 1e-7)
        return {self.target: self.head(mean, training=training)}


@pytest.fixture
def own_builder(monkeypatch):
    """The registry with a builder of the user's."""
    monkeypatch.setattr(registry, "_BUILDERS", dict(registry._BUILDERS))

    def build_mean_model(input_dims, *, classes=None, target=None):
        return MeanModel(input_dims, classes, target)

    mmzoo.models.register_model(build_mean_model)


@pytest.mark.parametrize("make", [small_corpus, small_emotions])
def test_an_own_model_is_trained_saved_and_asked(make, rng, tmp_path, capsys):
    corpus = make(rng)
    variants = [
        mmzoo.training.Variant.parse(name)
        for name in ("mean_model:audio+text", "audio+text")
    ]
    options = mmzoo.training.TrainingOptions(epochs=1)
    run = mmzoo.training.Experiment(
        [corpus], variants, options, 1, tmp_path / "run", {"units": 3}, say=str
    )
    report = run.run()
    names = [row.name for row in report.rows[:2]]
    assert names == ["mean_model:audio+text", "audio+text"]
    with pytest.raises(mmzoo.data.DataError, match=r"'mine_tested>MeanModel'.*trust"):
        mmzoo.load(tmp_path / "run")
    model = mmzoo.load(tmp_path / "run", trust=("mine_tested",))
    assert isinstance(model, MeanModel)
    said = mmzoo.training.measure.predictions(model, corpus.test)
    said = said.argmax(-1) if model.classes else said
    np.testing.assert_allclose(said, report.rows[0].predictions[0], atol=1e-6)
    clip = {name: corpus.test.sequences[name][0][0] for name in ("audio", "text")}
    assert corpus.target in mmzoo.predict(model, **clip)


@pytest.mark.parametrize("name", ["tensor_fusion_network", "memory_fusion_network"])
def test_the_commands_take_models_of_the_field(name, rng, tmp_path, capsys):
    corpus = small_corpus(rng)
    corpus.save(tmp_path / "data.h5")
    dims = {each: corpus.input_dims[each] for each in ("audio", "text", "video")}
    model = mmzoo.create_model(name, dims)
    model.adapt(corpus.train)
    model.save(tmp_path / "model.keras")
    words = [str(tmp_path / "model.keras"), str(tmp_path / "data.h5")]
    assert main(["predict", *words, "--output", str(tmp_path / "out.csv")]) == 0
    with open(tmp_path / "out.csv", newline="") as file:
        assert len([*csv.DictReader(file)]) == len(corpus.test)
    assert main(["evaluate", *words]) == 0
    assert "mae" in capsys.readouterr().out
