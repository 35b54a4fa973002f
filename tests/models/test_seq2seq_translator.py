import numpy as np
import pytest

import mmzoo
from mmzoo.models import Seq2SeqTranslator
from tests.checks import arrays, assert_close, check_saving, check_training
from tests.models.small_models import DIMS, small_translator

KINDS = [
    ("text", "audio", {"attention": "global", "dropout": 0.1}),
    ("text+video", "audio", {"attention": "aligned", "window": 1}),
    ("text+audio", "text+video", {"attention": "none", "cell": "gru"}),
    (
        "text",
        "video+audio",
        {
            "bidirectional": True,
            "num_layers": 2,
            "projection": 3,
            "history_dropout": 1.0,
        },
    ),
]


@pytest.fixture
def coded(batch):
    """A translator between codes."""
    model = small_translator(num_codes=4, cell="gru")
    model.adapt_codebooks(batch)
    return model


@pytest.mark.parametrize(("source", "target", "options"), KINDS)
def test_sets_of_modalities(source, target, options, batch):
    model = small_translator(source, target, **options)
    names = sorted(target.split("+"))
    width = sum(DIMS[name] for name in names)
    outputs = model(batch)
    assert list(outputs) == ["+".join(names) + "_translation"]
    assert outputs["+".join(names) + "_translation"].shape == (3, 6, width)
    assert model.source == sorted(source.split("+"))
    assert model.reads == sorted({*model.source, *names})
    frames, mask = model.goal(batch)
    expected = [
        model.modality_concat.normalizations[name](batch[name], mask=batch["text_mask"])
        for name in names
    ]
    assert_close(frames, np.concatenate(arrays(expected), axis=-1))
    states, last = model.encode(batch)
    assert states.shape[-1] == last.shape[-1] == model.stack.output_dim


def test_encode_needs_no_target(batch):
    model = small_translator()
    source = {key: batch[key] for key in ("text", "text_mask")}
    assert_close(model.encode(source), model.encode(batch))


def test_unused_modalities_are_left_out():
    model = small_translator("text", "audio")
    assert model.input_dims == {"audio": 3, "text": 5}


def test_all_kinds_train(batch, targets):
    model = small_translator("text+audio", "text+video", attention="aligned")
    check_training(model, batch, targets, below=0.7)


def test_codes_of_the_target(coded, batch):
    codes, mask = arrays(coded.goal(batch))
    assert codes.shape == mask.shape == (3, 7)
    frames, _ = coded.modality_concat(batch, modalities=["audio", "video"])
    plain = arrays(coded.codebooks[0](frames))
    for row, length in enumerate([6, 4, 1]):
        assert list(codes[row, :length]) == list(plain[row, :length])
        # Behind its end a row holds nothing but the end.
        assert np.all(codes[row, length:] == 4)
        assert list(mask[row]) == [True] * (length + 1) + [False] * (6 - length)
    batch["audio_mask"][2] = batch["video_mask"][2] = False
    assert not arrays(coded.goal(batch)[1])[2].any(), "nothing observed has no end"


def test_codes_train_and_save(coded, batch, targets, tmp_path):
    assert coded(batch)["audio+video_translation"].shape == (3, 7, 5)
    check_training(coded, batch, targets, below=0.7)
    check_saving(coded, batch, tmp_path)


def test_codebooks_ignore_padding(batch):
    first, second = (small_translator(num_codes=4) for _ in range(2))
    first.adapt_codebooks(batch)
    noisy = {
        key: np.where(batch["text_mask"][..., None], each, 50.0)
        if each.ndim == 3
        else each
        for key, each in batch.items()
    }
    second.adapt_codebooks(noisy)
    assert_close(second.codebooks[0].centroids, first.codebooks[0].centroids)


@pytest.mark.parametrize("codes", [False, True])
def test_translate_forced(codes, coded, batch):
    model = coded if codes else small_translator()
    outputs = arrays(model.translate_forced({"source": batch, "target": batch}))
    assert outputs.shape == (3, 6, 5)
    if codes:
        # An expected frame lies among the codes' frames.
        centroids = arrays(model.codebooks[0].centroids)
        assert np.all(outputs >= centroids.min(axis=0) - 1e-5)
        assert np.all(outputs <= centroids.max(axis=0) + 1e-5)
    else:
        assert_close(outputs, model(batch)["audio+video_translation"])
    shuffled = {key: each[::-1].copy() for key, each in batch.items()}
    other = arrays(model.translate_forced({"source": shuffled, "target": batch}))
    assert not np.allclose(other[0], outputs[0])


def test_what_is_said_of_each_code(coded, batch):
    found = arrays(coded.translate_forced_codes({"source": batch, "target": batch}))
    logits, (codes, mask) = arrays(coded(batch)), arrays(coded.goal(batch))
    logits = logits["audio+video_translation"]
    assert_close(found["true"], codes)
    assert_close(found["mask"], mask)
    assert_close(found["said"], logits.argmax(axis=-1))
    chances = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    own = np.take_along_axis(chances, codes[..., None], axis=-1)[..., 0]
    assert_close(np.exp(-found["nats"]), own)


def test_without_history_a_translation_is_free(batch):
    model = small_translator("text", "audio", history_dropout=1.0)
    source = {key: batch[key] for key in ("text", "text_mask")}
    free, _ = model.translate_standardised(source, 6)
    assert_close(free, model(batch)["audio_translation"], 1e-4)
    assert model.get_config()["history_dropout"] == 1.0


def test_sets_are_strings_or_lists():
    written = mmzoo.build_seq2seq_translator(DIMS, "video+text", ["audio"])
    assert written.chain == (("text", "video"), ("audio",))


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        ([["text"]], "a source and at least one target, not"),
        ([["text"], []], "a source and at least one target, not"),
        ([["text"], ["smell"]], r"`chain` names \['smell'\], but `input_dims` has"),
        ([["text"], ["audio"], ["audio"]], "names a target twice"),
    ],
)
def test_chain_errors(chain, message):
    with pytest.raises(ValueError, match=message):
        Seq2SeqTranslator(DIMS, chain)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attention": "local"}, "not 'local'"),
        ({"cell": "rnn"}, "not 'rnn'"),
        ({"num_codes": 1}, "`num_codes` is at least 2, not 1"),
    ],
)
def test_option_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small_translator(**options)


def test_too_few_frames_for_the_codes(batch):
    model = small_translator(num_codes=40)
    with pytest.raises(ValueError, match="num_codes=40 frames, but was given 11"):
        model.adapt_codebooks(batch)
