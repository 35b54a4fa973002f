"""Models of one's own, as a worker has to import them to know them."""

import sys

import keras

import mmzoo

# A worker would import TensorFlow in Keras' `set_random_seed`, which takes seconds.
if keras.backend.backend() != "tensorflow":
    sys.modules.setdefault("tensorflow", None)


@keras.saving.register_keras_serializable(package="worker_models")
class Own(mmzoo.models.LSTMBaseline):
    pass


def build_own(input_dims, **options) -> Own:
    return Own(input_dims, **options)


def build_broken(input_dims, **options) -> Own:
    raise ZeroDivisionError("of no use")


for builder in (build_own, build_broken):
    mmzoo.models.register_model(builder)
