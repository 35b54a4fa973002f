import keras
import numpy as np
import pytest

from mmzoo.layers import MoonshineStates, PretrainedSpeech, WhisperStates
from tests.checks import (
    arrays,
    assert_close,
    assert_finite,
    check_config,
    check_declared,
    compiled,
)
from tests.layers.small_speech import (
    KINDS,
    WIDTH,
    save_speech,
    small_moonshine,
    small_whisper,
)
from tests.layers.small_text import save_encoder

LENGTHS = np.array([20000, 7000, 5, 0])


def small(kind, **options):
    """A tiny encoder; Moonshine's reads parts of 12000 samples."""
    if kind == "whisper":
        encoder = WhisperStates.from_backbone(*small_whisper())
    else:
        encoder = MoonshineStates.from_backbone(*small_moonshine(), longest=12000)
    draw = np.random.default_rng(0)
    for weight in encoder.weights:
        if "inv_freq" not in weight.path:
            weight.assign(draw.normal(0, 0.3, weight.shape))
    return PretrainedSpeech(encoder, **options)


@pytest.fixture(scope="module", params=KINDS)
def layer(request):
    return small(request.param)


@pytest.fixture
def clips(rng):
    mask = np.arange(20000) < LENGTHS[:, None]
    wave = 0.1 * rng.normal(size=mask.shape).astype("float32")
    return {"waveform": wave, "waveform_mask": mask}


def reader(layer):
    """The layer on a batch, compiled where that is quicker."""
    return compiled(lambda batch: layer(batch["waveform"], mask=batch["waveform_mask"]))


def test_padding_and_company_change_nothing(layer, clips):
    read = reader(layer)
    states, there = arrays(read(clips))
    assert there.sum(axis=1)[2:].tolist() == [1, 0]
    assert np.all(states[~there] == 0)
    mask = clips["waveform_mask"]
    spoiled = np.where(mask, clips["waveform"], np.nan)
    assert_close(read({**clips, "waveform": spoiled}), (states, there))
    # Alone and without padding.
    alone = arrays(read({key: each[1:2, :7000] for key, each in clips.items()})[0])
    assert_close(alone[0], states[1, there[1]], 1e-4)
    assert_finite(read({**clips, "waveform_mask": np.zeros_like(mask)}))


@pytest.mark.one_backend
def test_a_long_clip_is_read_in_parts(layer, clips):
    wave = clips["waveform"][:1]
    part = layer.encoder.longest
    states, there = arrays(layer(wave[..., None]))
    parts = [arrays(layer(each)[0]) for each in (wave[:, :part], wave[:, part:])]
    assert there.all()
    assert_close(states, np.concatenate(parts, axis=1), 1e-4)
    for length in (5, 9000, 20000, 30000):
        declared = layer.compute_output_spec(keras.KerasTensor((1, length)))
        check_declared(declared, layer(np.zeros((1, length), "float32")))


@pytest.mark.skipif(
    keras.backend.backend() == "jax", reason="JAX knows the shape of everything"
)
def test_lengths_that_a_graph_does_not_know(layer, clips):
    given = keras.Input((None,)), keras.Input((None,), dtype="bool")
    model = keras.Model(given, layer(given[0], mask=given[1]))
    clip, mask = clips["waveform"][1:2], clips["waveform_mask"][1:2]
    # On TensorFlow, one graph is of the second length and of the third.
    lengths = (7000, 9000, 20000)
    found = [model.predict([clip[:, :n], mask[:, :n]], verbose=0) for n in lengths]
    for states, there in found:
        assert there.sum() == found[0][1].sum()
        assert_close(states[:, : there.sum()], found[0][0], 1e-4)


# The same on every backend.
SUMS = {"WhisperStates": 47.95407, "MoonshineStates": 3.05461}


def test_numbers_of_all_backends(layer):
    wave = np.zeros((4, 20000), "float32")
    wave[0] = np.sin(np.arange(20000) ** 1.3 / 50)
    mask = np.arange(20000) < np.array([[7000], [0], [0], [0]])
    states = arrays(reader(layer)({"waveform": wave, "waveform_mask": mask})[0])
    expected = SUMS[type(layer.encoder).__name__]
    assert np.abs(states).sum() == pytest.approx(expected, rel=1e-4)


def test_learns_where_asked(layer, clips):
    assert not layer.trainable_weights
    kept = layer.get_weights()
    learning = PretrainedSpeech(layer.encoder, trainable=True)
    (still,) = learning.non_trainable_weights
    assert "position" in still.path or "inv_freq" in still.path
    given = keras.Input((3000,)), keras.Input((3000,), dtype="bool")
    model = keras.Model(given, learning(given[0], mask=given[1])[0])
    model.compile("sgd", "mse")
    before = [arrays(weight) for weight in learning.trainable_weights]
    # Of the last clip nothing was observed.
    batch = [clips[key][:, :3000] for key in ("waveform", "waveform_mask")]
    model.train_on_batch(batch, np.ones((4, *model.output.shape[1:]), "float32"))
    after = [arrays(weight) for weight in learning.trainable_weights]
    assert_finite(after)
    same = [np.array_equal(*pair) for pair in zip(before, after, strict=True)]
    # A bias of the keys changes no attention.
    assert sum(same) <= 1
    layer.set_weights(kept)
    layer.encoder.let_learn(False)


@pytest.mark.one_backend
@pytest.mark.parametrize("kind", KINDS)
def test_from_a_folder(kind, clips, tmp_path):
    layer = PretrainedSpeech.from_preset(save_speech(tmp_path, kind), name="speech")
    assert (layer.features, layer.sample_rate) == (WIDTH, 16000)
    check_config(layer)
    again = PretrainedSpeech.from_preset(tmp_path)
    wave = clips["waveform"][:2, :3000]
    assert_close(again(wave), layer(wave))


@pytest.mark.one_backend
def test_folders_without_an_encoder(tmp_path):
    with pytest.raises(ValueError, match="holds no Whisper or Moonshine that KerasHub"):
        PretrainedSpeech.from_preset(tmp_path)
    with pytest.raises(ValueError, match=r"\(it holds a BertBackbone\)"):
        PretrainedSpeech.from_preset(save_encoder(tmp_path / "bert"))
