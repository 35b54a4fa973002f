"""The audio-text model (AAT): a spectrogram CNN and a text encoder, fused."""

from mmzoo.layers.sequence_branch import SequenceBranch
from mmzoo.layers.spectrogram_branch import SpectrogramBranch
from mmzoo.models.fusion_model import FusionModel
from mmzoo.models.registry import register_model


@register_model
def build_audio_text_classifier(
    classes,
    audio=None,
    text=None,
    fusion="concat",
    dropout=0.4,
    channels=256,
    out_text_dim=256,
    scale=0.3,
    time_dim=750,
    audio_options=None,
    text_options=None,
    target=None,
    dtype=None,
):
    """Emotion from speech and its words (section 3.1); defaults are Table 3's.

    Args:
        classes: list of names of classes; `None` predicts a score.
        audio: what makes the audio's frames: a `LogSpectrogram`, or an int, the bins
            of spectrograms that are given ready. `None` leaves the audio out.
        text: likewise a `PretrainedText`, a `WordEmbedding` or the width of states.
        fusion: method of `FusionHead`. Defaults to `"concat"`.
        dropout: float. Of the head. Defaults to `0.4`.
        channels: int. C, the features of a region. Defaults to `256`.
        out_text_dim: int. Width of the text's vector. Defaults to `256`.
        scale: float. Lambda of eq. 2. Defaults to `0.3`.
        time_dim: int. Frames that the linear alternative reads. Defaults to `750`.
        audio_options: dict, passed on to `SpectrogramBranch`; its `network="mean"`
            reads features that are no spectrogram, averaged over their steps.
        text_options: dict, passed on to `SequenceBranch`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        dtype: optional dtype or policy of all that is made here; front ends bring their
            own. Defaults to `None`: that of Keras.

    Returns:
        A `FusionModel`; with one modality its text-only or audio-only form.

    Example:
    ```python
    spectrogram = mmzoo.layers.LogSpectrogram(num_bins=16)
    words = mmzoo.layers.WordEmbedding(["good", "bad"])
    model = mmzoo.build_audio_text_classifier(["sad", "happy"], spectrogram, words)
    ```
    """
    heard = {"channels": channels, "scale": scale, "time_dim": time_dim}
    heard["dtype"] = dtype
    read = {"dtype": dtype, "output_dim": out_text_dim} | (text_options or {})
    return FusionModel.from_ends(
        {"audio": audio, "text": text},
        {
            "audio": lambda: _audio_branch(heard | (audio_options or {})),
            "text": lambda: SequenceBranch(**read, name="text"),
        },
        classes,
        target,
        fusion=fusion,
        dropout=dropout,
        dtype=dtype,
    )


def _audio_branch(options):
    if options.get("network") == "mean":
        return SequenceBranch(
            options["channels"], pooling="mean", dtype=options["dtype"], name="audio"
        )
    return SpectrogramBranch(**options, name="audio")
