"""A model that has its weights, whatever cut `fit`, `evaluate` or `predict` short."""

import functools

import keras
from keras import ops

# The parts of the state in the order in which Keras hands them to a step on JAX.
PARTS = (
    "trainable_variables",
    "non_trainable_variables",
    "optimizer_variables",
    "metrics_variables",
)


def _recovering(method):
    """One of Keras' methods, after whose failure the model has its state."""

    @functools.wraps(method)
    def run(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except BaseException:
            if keras.backend.backend() == "jax":
                self.jax_state_sync()
                self._jax_state, self._jax_state_synced = None, True
                # Losses of a step that was only traced belong to no later one.
                self._losses_override = []
            raise
        finally:
            self.__dict__.pop("_kept_state", None)

    return run


class RecoverableModel(keras.Model):
    """A `keras.Model` that an error or Ctrl-C in the midst of a method leaves usable.

    On JAX, Keras takes the values out of a model's variables for an epoch and lets
    each step overwrite the memory of the step before. An epoch that ends early can
    lose both: the variables are empty, and what they were given is deleted. Here steps
    work on copies, and a method that raises puts back the last complete state: that of
    the last step where Keras still has it, else that of the beginning of the epoch.
    The other backends change their variables in place, and have nothing to put back.

    Args:
        *args: passed on to `keras.Model`.
        **kwargs: likewise.
    """

    fit = _recovering(keras.Model.fit)
    evaluate = _recovering(keras.Model.evaluate)
    predict = _recovering(keras.Model.predict)
    train_on_batch = _recovering(keras.Model.train_on_batch)
    test_on_batch = _recovering(keras.Model.test_on_batch)
    predict_on_batch = _recovering(keras.Model.predict_on_batch)

    def _get_jax_state(self, purge_model_variables=False, **asked):
        state = super()._get_jax_state(**asked)
        names = [name for name in PARTS if asked.get(name)]
        # Bypass Keras' attribute tracking, which is for layers and variables.
        self.__dict__["_kept_state"] = dict(zip(names, state, strict=True))
        # What a former epoch left is older than this.
        self._jax_state, self._jax_state_synced = None, False
        copies = keras.tree.map_structure(ops.copy, state)
        if purge_model_variables:
            self._purge_model_variables(**dict.fromkeys(names, True))
        return copies

    def jax_state_sync(self):
        # Keras does this when it gives up too, perhaps with values that a step deleted.
        if not self._jax_state_synced and not _is_whole(self._jax_state):
            self._jax_state = self.__dict__.get("_kept_state")
        super().jax_state_sync()


def _is_whole(state):
    values = keras.tree.flatten(state)
    return state is not None and not any(value.is_deleted() for value in values)
