"""A function of tensors that Keras compiles, on every backend."""

from mmzoo.models.recoverable_model import RecoverableModel


class CompiledFunction(RecoverableModel):
    """A method of a model or a layer as a model of its own, so that Keras compiles it.

    Its `predict` and `predict_on_batch` run the method on arrays, and see the weights
    that its owner has by then. What the method reads keeps all its digits.

    Args:
        owner: the model or layer, whose dtype policy the method computes in.
        function: callable `(inputs, *options)` of tensors.
        options: what else it is given. Defaults to `()`.

    Example:
    ```python
    from mmzoo.models.compiled_function import CompiledFunction

    layer = keras.layers.Dense(2)
    CompiledFunction(layer, layer).predict(np.ones((3, 4)), verbose=0).shape  # (3, 2)
    ```
    """

    def __init__(self, owner, function, options=()):
        super().__init__(
            name=f"compiled_{owner.name}", dtype=owner.dtype_policy, autocast=False
        )
        self.owner = owner
        self.function = function
        self.options = options
        self.built = True

    def call(self, inputs):
        return self.function(inputs, *self.options)
