import keras
import numpy as np
import pytest

from mmzoo.models.masked_loss_model import MaskedLossModel
from tests.models.scale_model import Scale, scale_data
from tests.models.small_models import SMALL


@pytest.fixture
def data(rng):
    return scale_data(rng)


def test_trackers_are_means_over_real_entries(data):
    model = Scale()
    model.compile(optimizer="sgd")
    x, y = data
    mask = y["mask"]
    near = np.abs(x["x"] - y["x"])[mask].mean()
    far = np.abs(x["x"] - y["x"] - 10.0)[mask].mean()
    for batch_size in (5, 2, 1):
        logs = model.evaluate(x, y, batch_size=batch_size, verbose=0, return_dict=True)
        assert logs["near"] == pytest.approx(near, rel=1e-5)
        assert logs["far"] == pytest.approx(far, rel=1e-5)
        if batch_size == 5:
            assert logs["loss"] == pytest.approx(near + 0.5 * far, rel=1e-5)


def test_fit_logs_the_same(data):
    model = Scale()
    model.compile(optimizer=keras.optimizers.SGD(0.0))
    x, y = data
    history = model.fit(
        x, y, batch_size=2, epochs=2, verbose=0, validation_data=(x, y)
    ).history
    near = np.abs(x["x"] - y["x"])[y["mask"]].mean()
    np.testing.assert_allclose(history["near"], [near, near], rtol=1e-5)
    np.testing.assert_allclose(history["val_near"], [near, near], rtol=1e-5)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="TensorFlow alone traces variables"
)
def test_a_step_is_traced_once(data, monkeypatch):
    model, traced = Scale(), []
    terms = model.loss_terms

    def counted(*given):
        traced.append(given)
        return terms(*given)

    monkeypatch.setattr(model, "loss_terms", counted)
    model.compile(optimizer="adam")
    for _ in range(2):
        model.train_on_batch(*data)
    assert len(traced) == 1


def test_the_balanced_error_counts_by_the_weights_of_the_classes(batch):
    model = SMALL["lstm_baseline"](classes=["rare", "often"], dropout=0.0)
    model.compile(optimizer=keras.optimizers.SGD(0.0))
    labels = np.array([0, 1, 1])
    said = model.predict(batch, verbose=0)[model.target].argmax(axis=-1)
    for weights in (None, {0: 1.5, 1: 0.75}):
        logs = model.fit(batch, labels, class_weight=weights, verbose=0).history
        table = np.array([1.5, 0.75] if weights else [1.0, 1.0])[labels]
        expected = (table * (said != labels)).sum() / table.sum()
        assert logs["emotion_balanced_error"][0] == pytest.approx(expected, abs=1e-6)
        assert logs["emotion_error"][0] == pytest.approx((said != labels).mean())


def test_a_model_without_terms_is_told():
    class Bare(MaskedLossModel):
        pass

    with pytest.raises(NotImplementedError, match="`Bare` has no `loss_terms`"):
        Bare().loss_terms({}, {}, {})
