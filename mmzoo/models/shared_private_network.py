"""MISA: what modalities share and what each has alone, told apart and fused."""

import itertools

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.layers.recurrent_summary import RecurrentSummary
from mmzoo.layers.shared_private import SharedPrivate
from mmzoo.models.registry import register_model
from mmzoo.models.vector_fusion_model import VectorFusionModel
from mmzoo.ops.batch_losses import central_moment_discrepancy, orthogonality
from mmzoo.ops.losses import masked_squared_error, weight_a_sample
from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import widened

__all__ = ["SharedPrivateNetwork", "build_shared_private_network"]

VIEWS = ("vectors", "shared", "private", "reconstructed")


@keras.saving.register_keras_serializable(package="mmzoo")
class SharedPrivateNetwork(VectorFusionModel):
    """Tell what modalities share from what each has alone, and fuse both.

    MISA. `RecurrentSummary` makes a vector of each modality and `SharedPrivate` a
    shared and a private view of it. Three losses beside that of the answer ask that
    shared views be distributed alike (`similarity`), that private views be orthogonal
    to the shared one and to each other (`difference`), and that both together rebuild
    the vector (`reconstruction`). All views attend to each other in one encoder block
    of a transformer, and stand side by side before the answer.

    What similarity and difference cost depends on the samples of a batch together, and
    so on its size; predictions do not. A sample weighs in them as often as its
    `sample_weight` says.

    Masking: each modality has its own steps and its own mask. The views of a modality
    that is missing from a sample are zeros, are attended to by none, and count in no
    loss.

    Differs from the paper: the answer costs its absolute error, not the squared one;
    all LSTMs have one width; frames are standardised on the training split; a view
    that is missing is left out.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since views have no steps. Defaults to `"sequence"`.
        units: int. Width of each LSTM in each direction. Defaults to `64`.
        hidden_dim: int. Width of each view. Defaults to `128`.
        num_heads: int. Of the encoder block; divides `hidden_dim`. Defaults to `2`.
        feed_forward_dim: int. Of its perceptron. Defaults to `2048`.
        encoder_dropout: float. Of its attention and of its perceptron's output.
            Defaults to `0.1`.
        dropout: float. Of what the answer is made of. Defaults to `0.5`.
        similarity_weight: float. Of the central moment discrepancy. Defaults to `1.0`.
        difference_weight: float. Of what is not orthogonal. Defaults to `0.3`.
        reconstruction_weight: float. Of the error of the vectors that are rebuilt.
            Defaults to `1.0`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality, each
        with its own steps.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`. Beside it
        what the losses read: `"vectors"`, `"shared"`, `"private"` and `"reconstructed"`
        `(batch, modalities * hidden_dim)`, and `"present"` `(batch, modalities)`, 1.0
        for a modality that the sample has; modalities are sorted by their names.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.SharedPrivateNetwork(dims, units=16, hidden_dim=32)
    ones = keras.ops.ones
    model({"audio": ones((2, 40, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Hazarika et al., 2020](https://arxiv.org/abs/2005.03545)
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        hidden_dim=128,
        num_heads=2,
        feed_forward_dim=2048,
        encoder_dropout=0.1,
        dropout=0.5,
        similarity_weight=1.0,
        difference_weight=0.3,
        reconstruction_weight=1.0,
        **kwargs,
    ):
        weights = {
            # One modality has nothing to be like.
            "similarity_loss": similarity_weight * (len(input_dims) > 1),
            "difference_loss": difference_weight,
            "reconstruction_loss": reconstruction_weight,
        }
        for name, value in weights.items():
            if value < 0:
                name = name.replace("_loss", "_weight")
                raise ValueError(f"`{name}` is at least 0, not {value}.")
        active = [name for name, weight in weights.items() if weight]
        super().__init__(
            input_dims, classes, target, labels_per, further_losses=active, **kwargs
        )
        self.units = units
        self.hidden_dim = hidden_dim
        self.num_heads = num_heads
        self.feed_forward_dim = feed_forward_dim
        self.encoder_dropout = encoder_dropout
        self.dropout = dropout
        self.similarity_weight = similarity_weight
        self.difference_weight = difference_weight
        self.reconstruction_weight = reconstruction_weight
        self._make_parts()
        self.built = True

    def _make_parts(self):
        named, width = {"dtype": self.dtype_policy}, self.hidden_dim
        self.embed_with(
            {
                name: RecurrentSummary(self.units, name=f"{name}_summary", **named)
                for name in self.input_dims
            }
        )
        self.shared_private = SharedPrivate(width, name="shared_private", **named)
        count = len(self.input_dims)
        self.shared_private.build([(None, 4 * self.units)] * count)
        # Where no loss reaches them, they do not learn.
        for layer in self.shared_private.reconstructions:
            set_trainable(layer, bool(self.reconstruction_weight))
        self.encoder = self._encoder(named)
        self.encoder.build((None, None, width))
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            self.dropout,
            count * width,
            name="answer_head",
            **named,
        )
        self.answer_head.build((None, 2 * count * width))

    def _encoder(self, named):
        # KerasHub takes seconds to import.
        import keras_hub

        if self.hidden_dim % self.num_heads:
            raise ValueError(
                f"`num_heads={self.num_heads}` does not divide the width of a view, "
                f"`hidden_dim={self.hidden_dim}`."
            )
        return keras_hub.layers.TransformerEncoder(
            self.feed_forward_dim,
            self.num_heads,
            dropout=self.encoder_dropout,
            name="encoder",
            **named,
        )

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        vectors, present = self.vectors(inputs, training)
        views = dict(
            zip(VIEWS, self.shared_private(vectors, mask=present), strict=True)
        )
        present = ops.stack(present, axis=1)
        fused = self._fused(views["private"], views["shared"], present, training)
        return {
            self.target: self.answer_head(fused, training=training),
            **{name: widened(_side_by_side(each)) for name, each in views.items()},
            "present": ops.cast(present, "float32"),
        }

    def _fused(self, private, shared, present, training):
        """All views after they attended to each other, side by side."""
        # (batch, 2 * modalities, hidden_dim)
        views = ops.concatenate([private, shared], axis=1)
        there = ops.concatenate([present, present], axis=1)
        # Where nothing is there, all is attended to: a softmax over none is NaN.
        nothing = ops.logical_not(ops.any(there, axis=1, keepdims=True))
        mask = ops.logical_or(there, nothing)
        views = self.encoder(views, padding_mask=mask, training=training)
        return _side_by_side(zero_masked(views, there))

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        terms = super().loss_terms(x, y, y_pred, sample_weight)
        present = y_pred["present"]
        vectors, shared, private, rebuilt = (
            self._apart(y_pred[name]) for name in VIEWS
        )
        some = ops.max(present, axis=1)
        weights = some
        if sample_weight is not None:
            weights = some * weight_a_sample(sample_weight, some)
        # A mean over batches in which each sample that has anything counts once.
        count, total = ops.sum(some), ops.sum(weights)
        often = present * weights[:, None]
        if "similarity_loss" in self.loss_trackers:
            apart = total * self._similarity(shared, often)
            terms["similarity_loss"] = (self.similarity_weight, apart, count)
        if self.difference_weight:
            alike = total * self._difference(shared, private, present, weights)
            terms["difference_loss"] = (self.difference_weight, alike, count)
        if self.reconstruction_weight:
            error = masked_squared_error(vectors, rebuilt, present > 0, often)
            terms["reconstruction_loss"] = (self.reconstruction_weight, *error)
        return terms

    def _similarity(self, shared, often):
        """The mean over pairs of how far their shared views are apart."""
        found = [
            central_moment_discrepancy(
                shared[:, i], shared[:, j], often[:, i], often[:, j]
            )
            for i, j in itertools.combinations(range(len(self.input_dims)), 2)
        ]
        return sum(found) / len(found)

    def _difference(self, shared, private, present, weights):
        """What each private view says of its shared one, and of other private ones."""
        count = len(self.input_dims)
        own = [(shared, i, i) for i in range(count)]
        pairs = [(private, i, j) for i, j in itertools.combinations(range(count), 2)]
        return sum(
            orthogonality(
                views[:, j], private[:, i], weights * present[:, i] * present[:, j]
            )
            for views, i, j in own + pairs
        )

    def _apart(self, views):
        """Views that stand side by side as `(batch, modalities, hidden_dim)`."""
        return ops.reshape(views, (-1, len(self.input_dims), self.hidden_dim))

    def get_config(self):
        names = ["units", "hidden_dim", "num_heads", "feed_forward_dim"]
        names += ["encoder_dropout", "dropout", "similarity_weight"]
        names += ["difference_weight", "reconstruction_weight"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _side_by_side(views):
    """`(batch, views, features)` as `(batch, views * features)`."""
    return ops.reshape(views, (-1, views.shape[1] * views.shape[2]))


@register_model
def build_shared_private_network(input_dims, **options) -> SharedPrivateNetwork:
    """Tell what modalities share from what each has alone, and fuse both.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `SharedPrivateNetwork`.

    Returns:
        A `SharedPrivateNetwork`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_shared_private_network(dims, units=32, hidden_dim=64)
    ```
    """
    return SharedPrivateNetwork(input_dims, **options)
