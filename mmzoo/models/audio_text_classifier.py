"""The audio-text model (AAT): a spectrogram CNN and a text encoder, fused."""

from mmzoo.layers.acoustic_functionals import AcousticFunctionals
from mmzoo.layers.log_spectrogram import LogSpectrogram
from mmzoo.layers.pretrained_speech import PretrainedSpeech
from mmzoo.layers.raw_audio_frames import RawAudioFrames
from mmzoo.layers.sequence_branch import SequenceBranch
from mmzoo.layers.spectrogram_branch import SpectrogramBranch
from mmzoo.models.fusion_model import FusionModel, check_modalities
from mmzoo.models.registry import register_model

# How features that are no spectrogram become one vector.
STATES = ("attention", "dense", "mean")


@register_model
def build_audio_text_classifier(
    input_dims,
    *,
    classes=None,
    target=None,
    labels_per="sequence",
    fusion="concat",
    dropout=0.4,
    audio_encoder="small",
    audio_pooling=None,
    audio_normalization=None,
    audio_deltas=None,
    width=0.5,
    channels=256,
    scale=0.3,
    time_dim=750,
    augment=True,
    text_units=0,
    text_pooling="attention",
    text_dropout=0.0,
    text_steps=60,
    text_activation="relu",
    text_dim=256,
    seed=None,
    dtype=None,
):
    """Emotion from speech and its words (section 3.1).

    The defaults are Table 3's, but for `width`, of which a CPU bears the half.

    Args:
        input_dims: dict with `"audio"`, `"text"` or both: what makes the frames, a
            `LogSpectrogram`, `AcousticFunctionals` or `PretrainedSpeech`, a
            `PretrainedText` or `WordEmbedding`; or an int, the width of frames that are
            given ready.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, the only one.
        fusion: method of `FusionHead`. Defaults to `"concat"`.
        dropout: float. Of the head. Defaults to `0.4`.
        audio_encoder: `"small"` or `"alexnet"`, see `SpectrogramCNN`; `"x_vector"` or
            `"ecapa"`, networks of speaker recognition, see `XVector` and `ECAPATDNN`;
            `"resnet18"` or `"resnet50"`, see `SpectrogramResNet`; `"raw"`, Adieu-Net,
            reads the samples of `RawAudioFrames`, see `RawAudioCNN`; `"attention"`,
            `"dense"` and `"mean"` read features that are no spectrogram, such as
            `AcousticFunctionals` or the states of `PretrainedSpeech`, see
            `SequenceBranch`. Defaults to `"small"`.
        audio_pooling: `"attention"`, `"deviation"`, `"statistics"`, `"lstm"`,
            `"attentive_statistics"`, `"mean"`, `"linear"` or `"mixed_regions"`, see
            `SpectrogramBranch`; `None` takes that of the network's paper. Defaults to
            `None`.
        audio_normalization: `"full"`, `"all_channels"`, `"batch"` or `"none"`, see
            `SpectrogramCNN`; `None` takes what suits the network. Defaults to `None`.
        audio_deltas: `"time"`, `"frequency"` or `"none"`: along which slope and
            curvature are read beside each bin, as channels; `None` takes what suits the
            network. Defaults to `None`.
        width: float. Factor on the network's inner channels; with 1 they are those of
            the papers. Defaults to `0.5`.
        channels: int. C, the features of a region, or of the embedding of an x-vector
            (512 in its paper) or ECAPA-TDNN (192). Defaults to `256`.
        scale: float. Lambda of eq. 2. Defaults to `0.3`.
        time_dim: int. Frames that `audio_pooling="linear"` and `"mixed_regions"` read.
            Defaults to `750`.
        augment: bool. Whether spectrograms are changed in training. Defaults to `True`.
        text_units: int. Width of a bidirectional LSTM on the text; 0 leaves it out.
            Defaults to `0`.
        text_pooling: `"attention"`, `"convolution"` (Kim's CNN), `"mean"`, `"first"`
            or `"flatten"`, see `SequenceBranch`. Defaults to `"attention"`.
        text_dropout: float. Fraction of what the text branch reads and pools that is
            dropped. Defaults to `0.0`.
        text_steps: int. Tokens that `text_pooling="flatten"` reads. Defaults to `60`.
        text_activation: name of the activation behind the text's dense layer. Defaults
            to `"relu"`.
        text_dim: int. Width of the text's vector, `out_text_dim` of Table 3. Defaults
            to `256`.
        seed: optional int. Of the augmentation. Defaults to `None`.
        dtype: optional dtype or policy of all that is made here; front ends bring their
            own. Defaults to `None`: that of Keras.

    Returns:
        A `FusionModel`; with one modality its text-only or audio-only form.

    Example:
    ```python
    ends = {
        "audio": mmzoo.layers.LogSpectrogram(num_bins=16),
        "text": mmzoo.layers.WordEmbedding(["good", "bad"]),
    }
    model = mmzoo.build_audio_text_classifier(ends, classes=["sad", "happy"])
    ```
    """
    check_modalities(input_dims, ("audio", "text"))
    branches = {}
    check_sound(type(input_dims.get("audio")), audio_encoder)
    if "audio" in input_dims and audio_encoder in STATES:
        if audio_pooling is not None:
            raise ValueError(
                f"`audio_pooling={audio_pooling!r}` is of spectrograms: leave it out "
                f"with `audio_encoder={audio_encoder!r}`."
            )
        branches["audio"] = SequenceBranch(
            channels, pooling=audio_encoder, dtype=dtype, name="audio"
        )
    elif "audio" in input_dims:
        branches["audio"] = SpectrogramBranch(
            audio_encoder,
            channels,
            width,
            audio_normalization,
            audio_pooling,
            scale,
            time_dim,
            augment=augment,
            seed=seed,
            deltas=audio_deltas,
            dtype=dtype,
            name="audio",
        )
    if "text" in input_dims:
        branches["text"] = SequenceBranch(
            text_dim,
            text_units,
            text_pooling,
            text_dropout,
            text_steps,
            text_activation,
            dtype=dtype,
            name="text",
        )
    return FusionModel(
        input_dims,
        branches,
        classes,
        target,
        labels_per,
        fusion=fusion,
        dropout=dropout,
        dtype=dtype,
    )


def check_sound(made_by, audio_encoder):
    """Refuse a network of samples, spectrograms or states on one of the others.

    Args:
        made_by: class of the front end, or any other where frames are given ready.
        audio_encoder: name of the network.

    Raises:
        ValueError: saying what the network, or the front end, goes with.
    """
    known = {PretrainedSpeech: "the states of a speech encoder"}
    known[AcousticFunctionals] = "functionals"
    for kind, made in known.items():
        if issubclass(made_by, kind) and audio_encoder not in STATES:
            raise ValueError(
                f"`audio_encoder={audio_encoder!r}` does not read {made}: take one of "
                f"{list(STATES)}, --audio-encoder dense."
            )
    raw = audio_encoder == "raw"
    if issubclass(made_by, LogSpectrogram if raw else RawAudioFrames):
        needed = "samples: take `RawAudioFrames`, --spectrogram samples"
        needed = needed if raw else 'no samples: take `LogSpectrogram`, or "raw"'
        raise ValueError(f"`audio_encoder={audio_encoder!r}` reads {needed}.")
