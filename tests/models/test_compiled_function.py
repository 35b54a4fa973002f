import keras
import numpy as np
import pytest
from keras import ops

from tests.models.scale_model import Scale, scale_data


@pytest.fixture
def data(rng):
    return scale_data(rng)


def test_functions_are_compiled_once_and_see_new_weights(data):
    model = Scale()
    cubed = model.as_model(model.times, 3)
    assert model.as_model(model.times, 3) is cubed
    assert model.as_model(model.times, 2) is not cubed
    x = data[0]
    np.testing.assert_allclose(cubed.predict(x, verbose=0)["x"], x["x"], rtol=1e-6)
    model.factor.assign(2.0)
    predicted = cubed.predict(x, verbose=0)["x"]
    np.testing.assert_allclose(predicted, 8 * x["x"], rtol=1e-6)


def test_compiled_functions_are_no_part_of_the_model(data, tmp_path):
    model = Scale()
    model.as_model(model.times, 2).predict(data[0], verbose=0)
    assert len(model.weights) == 1
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert ops.convert_to_numpy(loaded.factor) == 1.0
