"""Answer from the pictures of a clip over time: CNN-LSTM and 3D-CNN."""

import keras

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.frame_cnn import FrameCNN
from mmzoo.layers.frame_cnn_3d import FrameCNN3D
from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.ops.masking import masked_mean

__all__ = ["FrameClassifier", "build_frame_classifier"]

NETWORKS = ("cnn_lstm", "cnn_3d", "cnn_mean")


@keras.saving.register_keras_serializable(package="mmzoo")
class FrameClassifier(MultimodalModel):
    """Read the pictures of a clip over time, such as a face, and answer.

    `"cnn_lstm"`, after Ebrahimi Kahou et al.: a network of still pictures makes a
    vector of each frame (`FrameCNN`), an LSTM reads the vectors, and its last observed
    state answers. `"cnn_3d"`, after Byeon and Kwak and after C3D: convolutions over
    windows of successive frames make a vector of each window (`FrameCNN3D`), and the
    mean of the windows answers. `"cnn_mean"` answers from the mean of the frames'
    vectors, the averaging over time that Ebrahimi Kahou et al. compare theirs with: it
    is the same in whatever order the frames come.

    Masking: masked frames are zeros before each convolution, and count in no statistic,
    maximum, mean or last state. A clip without any gives finite numbers.

    Differs from the papers, of which the first two are known by their abstract and by
    what others write: see `FrameCNN` and `FrameCNN3D`. All is trained together, on the
    clips alone; the frames' network of Ebrahimi Kahou et al. learns from still pictures
    first. Each pixel is standardised as a feature is.

    Args:
        input_dims: dict from the one modality, `"frames"` as a rule, to the numbers of
            a frame, `side * side * channels`.
        classes: optional list of names of classes; `None` answers with a score.
            Defaults to `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, the only one. Defaults to `"sequence"`.
        network: `"cnn_lstm"`, `"cnn_3d"` or `"cnn_mean"`. Defaults to `"cnn_lstm"`.
        channels: int. Numbers of a pixel. Defaults to `3`, its colours.
        width: float. Factor on the channels of all convolutions. Defaults to `1.0`.
        feature_dim: int. Width of the vector of a frame; a window's is that of its last
            convolution. Defaults to `64`.
        units: int. Width of the LSTM. Defaults to `64`.
        window: int. Frames of a window of `"cnn_3d"`. Defaults to `16`.
        window_step: int. Frames from one window to the next. Defaults to `8`.
        dropout: float. Before the LSTM and before the answer. Defaults to `0.2`.
        clip: optional float. Limit of the standardised pixels. Defaults to `5.0`.
        train_network: bool. Whether the convolutions learn; where they do not, they
            normalise as in inference. Defaults to `True`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, side * side * channels)`, a picture a
            step, row by row.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`.

    Example:
    ```python
    sizes = {"width": 0.25, "feature_dim": 16, "units": 16}
    model = mmzoo.models.FrameClassifier({"frames": 16 * 16 * 3}, **sizes)
    model({"frames": keras.ops.ones((2, 9, 16 * 16 * 3))})["sentiment"].shape  # (2,)
    ```

    Reference:
        - [Ebrahimi Kahou et al., 2015](https://doi.org/10.1145/2818346.2830596)
        - [Tran et al., 2015](https://arxiv.org/abs/1412.0767)
        - [Byeon and Kwak, 2014](https://doi.org/10.14569/IJACSA.2014.051215), as others
          describe it
    """

    answers_per = ("sequence",)

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        network="cnn_lstm",
        channels=3,
        width=1.0,
        feature_dim=64,
        units=64,
        window=16,
        window_step=8,
        dropout=0.2,
        clip=5.0,
        train_network=True,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.network = network
        self.channels = channels
        self.width = width
        self.feature_dim = feature_dim
        self.units = units
        self.window = window
        self.window_step = window_step
        self.dropout = dropout
        self.clip = clip
        self.train_network = train_network
        self._check()
        self._make_parts()
        self.built = True

    def _check(self):
        if self.network not in NETWORKS:
            raise ValueError(
                f"`network` is one of {list(NETWORKS)}, not {self.network!r}."
            )
        if len(self.input_dims) > 1:
            raise ValueError(
                f"`input_dims` names {self.source}, but this model reads the pictures "
                "of one modality alone: name one."
            )

    def _make_parts(self):
        named = {"dtype": self.dtype_policy}
        self.modality_concat = ModalityConcat(
            self.input_dims, self.clip, name="modality_concat", **named
        )
        self.encoder, features = self._encoder(named), self.feature_dim
        self.encoder.build((None, None, *self.input_dims.values()))
        if not self.train_network:
            set_trainable(self.encoder, False)
        self.recurrence = None
        if self.network == "cnn_lstm":
            self.recurrence = SequenceEncoder(
                self.units, dropout=self.dropout, name="recurrence", **named
            )
            self.recurrence.build((None, None, features))
        answering = {"cnn_lstm": self.units, "cnn_3d": self.encoder.features}
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            self.dropout,
            name="answer_head",
            **named,
        )
        self.answer_head.build((None, answering.get(self.network, features)))

    def _encoder(self, named):
        if self.network == "cnn_3d":
            windows = (self.window, self.window_step)
            return FrameCNN3D(
                *windows, self.channels, self.width, name="encoder", **named
            )
        return FrameCNN(
            self.feature_dim, self.channels, self.width, name="encoder", **named
        )

    @property
    def normalizations(self):
        """The layer that standardises the pixels."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        frames, mask = self.modality_concat(self.featurize(inputs, training))
        if self.network == "cnn_3d":
            vectors, mask = self.encoder(frames, mask=mask, training=training)
        else:
            vectors = self.encoder(frames, mask=mask, training=training)
        if self.recurrence is None:
            summary = masked_mean(vectors, mask)
        else:
            _, summary = self.recurrence(vectors, mask=mask, training=training)
        return {self.target: self.answer_head(summary, training=training)}

    def get_config(self):
        names = ["network", "channels", "width", "feature_dim", "units", "window"]
        names += ["window_step", "dropout", "clip", "train_network"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@register_model(made_for=("frames",))
def build_frame_classifier(input_dims, **options) -> FrameClassifier:
    """Answer from the pictures of a clip over time, by a CNN-LSTM or a 3D-CNN.

    Args:
        input_dims: dict from the one modality, `"frames"` as a rule, to the numbers of
            a frame, `side * side * channels`.
        **options: passed on to `FrameClassifier`.

    Returns:
        A `FrameClassifier`.

    Example:
    ```python
    options = {"network": "cnn_3d", "width": 0.25, "window": 4, "window_step": 2}
    model = mmzoo.build_frame_classifier({"frames": 16 * 16 * 3}, **options)
    ```
    """
    return FrameClassifier(input_dims, **options)
