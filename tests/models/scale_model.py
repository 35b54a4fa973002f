"""A model of one weight, whose loss has two terms."""

import keras
import numpy as np

from mmzoo.models import MultimodalModel
from mmzoo.ops.losses import masked_absolute_error


@keras.saving.register_keras_serializable(package="mmzoo_tests")
class Scale(MultimodalModel):
    """Predict a multiple of the input; two terms, one of weight 0.5."""

    answers = False

    def __init__(self, **kwargs):
        super().__init__({"x": 3}, further_losses=["near", "far"], **kwargs)
        self.factor = self.add_weight(shape=(), initializer="ones", name="factor")
        self.built = True

    def call(self, inputs, training=None):
        return {"x": inputs["x"] * self.factor}

    def loss_terms(self, x, y, y_pred):
        far = masked_absolute_error(y["x"] + 10.0, y_pred["x"], y["mask"])
        near = masked_absolute_error(y["x"], y_pred["x"], y["mask"])
        return {"near": (1.0, *near), "far": (0.5, *far)}

    def get_config(self):
        config = super().get_config()
        del config["input_dims"]
        return config

    @classmethod
    def revive(cls, config):
        return config

    def times(self, inputs, power):
        return {"x": inputs["x"] * self.factor**power}


def scale_data(rng):
    """Five samples `x`, and targets of which some are masked and hold NaN."""
    mask = np.array([[1, 1, 1], [1, 0, 0], [0, 0, 0], [1, 1, 0], [0, 1, 0]], bool)
    x, y = rng.normal(size=(2, 5, 3)).astype("float32")
    return {"x": x}, {"x": np.where(mask, y, np.nan).astype("float32"), "mask": mask}
