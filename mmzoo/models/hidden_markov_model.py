"""THMM: a hidden Markov model a class, and the one that makes a sequence likeliest."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.gaussian_hmm import GaussianHMM
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.ops.losses import weight_a_sample
from mmzoo.ops.masking import observed_in_any
from mmzoo.ops.precision import wide_dtype

__all__ = ["ClassPrior", "HiddenMarkovModel", "build_hidden_markov_model"]

CENTRES = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)


@keras.saving.register_keras_serializable(package="mmzoo")
class ClassPrior(keras.layers.Layer):
    """Add the log probability that each class has before anything is observed.

    Masking: none, classes have no steps.

    Args:
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, classes)`, `log p(x | class)`.

    Returns:
        Float32 tensor shaped like `inputs`, `log p(x, class)`. All classes are as
        probable until the layer is trained.

    Example:
    ```python
    mmzoo.models.ClassPrior()(keras.ops.zeros((1, 2)))  # log 0.5 twice
    ```

    Reference:
        - [Morency et al., 2011](https://doi.org/10.1145/2070481.2070509)
    """

    def __init__(self, **kwargs):
        super().__init__(autocast=False, **kwargs)

    def build(self, input_shape):
        self.prior = self.add_weight(
            shape=(input_shape[-1],),
            initializer="zeros",
            autocast=False,
            name="prior",
        )
        keep_frozen(self)
        self.built = True

    def call(self, inputs):
        return ops.cast(inputs, self.prior.dtype) + ops.log_softmax(self.prior)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, wide_dtype(self.variable_dtype))


@keras.saving.register_keras_serializable(package="mmzoo")
class HiddenMarkovModel(MultimodalModel):
    """Ask which class's hidden Markov model makes all modalities likeliest.

    THMM. Each class has a Markov chain, whose states emit the features of all
    modalities at each step, see `GaussianHMM`. The answer to a sequence x are the
    classes' `log p(x, y) = log p(x | y) + log p(y)` as logits, of which the softmax is
    `p(y | x)`. For scores there is a class for each of `centres`, a label belongs to
    the nearest one, and the answer is the mean of the centres under `p(y | x)`.

    It is trained by the gradient of `-log p(x, y)`, which is the paper's likelihood, a
    step; Baum-Welch has the same optima. With `discriminative` it is trained as the
    other models are, by the error of its answers.

    Masking: what was not observed is integrated out, exactly. A masked step of a
    modality leaves its term out of the likelihood, and a modality that is missing all
    of them; without anything the answer is that of `p(y)`.

    Differs from the paper: Gaussian emissions of whatever features there are, divided
    by their number (`tempered`); training by gradient; scores are an addition.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them. Their steps are aligned.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, of which a likelihood is. Defaults to `"sequence"`.
        states: int. Of the chain of each class. Defaults to `3`.
        centres: optional list of floats. The scores that classes stand for where there
            are no `classes`; answers are between the least and the greatest. Defaults
            to `None`: the whole numbers from -3 to 3.
        discriminative: bool. Whether the error of the answers is trained on, in place
            of the likelihood. Defaults to `False`.
        tempered: bool. Whether the log density of each modality is divided by the
            number of its features. Defaults to `True`.
        least_variance: float. What is added to each variance. Defaults to `1e-3`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`. Beside it
        what the loss reads: `"log_likelihoods"` `(batch, classes or centres)`, the
        `log p(x, y)`, and `"observed"` `(batch,)`, the number of observed steps.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.HiddenMarkovModel(dims, classes=["sad", "happy"], states=2)
    ones = keras.ops.ones
    model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})["emotion"]
    ```

    Reference:
        - [Morency et al., 2011](https://doi.org/10.1145/2070481.2070509)
    """

    answers_per = ("sequence",)

    # Every loss compares with labels, whatever its name.
    learns_unlabelled = False

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        states=3,
        centres=None,
        discriminative=False,
        tempered=True,
        least_variance=1e-3,
        **kwargs,
    ):
        further = () if discriminative else ("likelihood_loss",)
        super().__init__(
            input_dims, classes, target, labels_per, further_losses=further, **kwargs
        )
        if self.several:
            raise ValueError(
                f"`target={self.target!r}` asks for any number of classes, of which a "
                "hidden Markov model has one a sequence: take another model."
            )
        centres = CENTRES if centres is None else centres
        if len(centres) < 2:
            raise ValueError(f"`centres` are two scores or more, not {list(centres)}.")
        self.states = states
        self.centres = sorted(float(each) for each in centres)
        self.discriminative = discriminative
        self.tempered = tempered
        self.least_variance = least_variance
        named, count = {"dtype": self.dtype_policy}, len(classes or self.centres)
        self.modality_concat = ModalityConcat(
            self.input_dims, name="modality_concat", **named
        )
        self.hmm = GaussianHMM(
            count, states, tempered, least_variance, name="hmm", **named
        )
        self.hmm.build([(None, None, width) for width in self.input_dims.values()])
        self.class_prior = ClassPrior(name="class_prior", **named)
        self.class_prior.build((None, count))
        self.built = True

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        frames, masks = self.modality_concat.apart(inputs)
        frames, masks = list(frames.values()), list(masks.values())
        found = self.class_prior(self.hmm(frames, mask=masks))
        answer = found
        if not self.classes:
            answer = ops.sum(ops.softmax(found) * self._centres(found), axis=-1)
        observed = ops.sum(ops.cast(observed_in_any(masks), found.dtype), axis=-1)
        return {
            self.target: answer,
            "log_likelihoods": found,
            "observed": observed,
        }

    def _centres(self, like):
        return ops.convert_to_tensor(self.centres, dtype=like.dtype)

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        terms = super().loss_terms(x, y, y_pred, sample_weight)
        if self.discriminative:
            return terms
        # The errors are logged, and choose the epoch.
        logged = {name: (0.0, *term) for name, (_, *term) in terms.items()}
        likelihood = self._likelihood(y, y_pred, sample_weight)
        return {**logged, "likelihood_loss": (1.0, *likelihood)}

    def _likelihood(self, y, y_pred, sample_weight):
        """The sum of `-log p(x, y)` over the samples, and the number of their steps."""
        joint, observed = y_pred["log_likelihoods"], y_pred["observed"]
        labels = ops.reshape(y[self.target], (-1,))
        mask = ops.reshape(ops.cast(y[f"{self.target}_mask"], "bool"), (-1,))
        labels = ops.where(mask, labels, ops.zeros_like(labels))
        if not self.classes:
            apart = ops.cast(labels, joint.dtype)[:, None] - self._centres(joint)
            labels = ops.argmin(ops.abs(apart), axis=-1)
        own = ops.one_hot(labels, joint.shape[-1], dtype=joint.dtype)
        errors = -ops.sum(own * joint, axis=-1)
        if sample_weight is not None:
            errors = errors * weight_a_sample(sample_weight, errors)
        nothing = ops.zeros_like(errors)
        total = ops.sum(ops.where(mask, errors, nothing))
        return total, ops.sum(ops.where(mask, observed, nothing))

    def get_config(self):
        return {
            **super().get_config(),
            "states": self.states,
            "centres": self.centres,
            "discriminative": self.discriminative,
            "tempered": self.tempered,
            "least_variance": self.least_variance,
        }


@register_model
def build_hidden_markov_model(input_dims, **options) -> HiddenMarkovModel:
    """A hidden Markov model a class, and the one that makes a sequence likeliest.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `HiddenMarkovModel`.

    Returns:
        A `HiddenMarkovModel`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_hidden_markov_model(dims, classes=["sad", "happy"], states=2)
    ```
    """
    return HiddenMarkovModel(input_dims, **options)
