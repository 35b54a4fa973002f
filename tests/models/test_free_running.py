import numpy as np
import pytest

from tests.checks import arrays, assert_close, assert_near, garbage, padded
from tests.models.small_models import small_hierarchy, small_translator


@pytest.fixture(scope="module")
def translator():
    return small_translator()


@pytest.fixture(scope="module")
def coded():
    model = small_translator("text", "audio", num_codes=4, cell="gru")
    frames = np.random.default_rng(3).normal(size=(20, 6, 3)).astype("float32")
    model.adapt_codebooks({"audio": frames})
    return model


def source_of(batch):
    return {key: batch[key] for key in ("text", "text_mask")}


def test_translation_is_in_the_units_of_the_files(translator, batch):
    translation = translator.translate(source_of(batch), return_attention=True)
    assert set(translation) == {"attention", "audio", "video"}
    assert translation["audio"].shape == (3, 6, 3)
    # What was translated, taken as the truth, is what teacher forcing predicts.
    own = {**batch, "audio": translation["audio"], "video": translation["video"]}
    forced = arrays(translator(own)["audio+video_translation"])
    parts = arrays(translator.modality_concat.split(forced, ["audio", "video"]))
    mask = batch["text_mask"]
    for name in ("audio", "video"):
        assert_close(translation[name][mask], parts[name][mask], 1e-4)
        # Behind the end of the source stands the mean frame.
        mean = arrays(translator.modality_concat.normalizations[name].mean)
        behind = translation[name][~mask]
        assert_close(behind, np.broadcast_to(mean, behind.shape))
    rows = translation["attention"].sum(axis=-1)
    assert_close(rows, np.ones((3, 6)))
    assert np.all(translation["attention"][2, :, 1:] == 0)


def test_masked_steps_and_targets_change_nothing(translator, batch):
    expected = translator.translate(source_of(batch))
    assert_close(translator.translate(garbage(batch, np.nan)), expected)
    longer = translator.translate(padded(batch, 3))
    mask = batch["text_mask"]
    for name in ("audio", "video"):
        assert_close(longer[name][:, :6][mask], expected[name][mask])


def test_max_length(translator, batch):
    translation = translator.translate(source_of(batch), max_length=8)
    assert translation["audio"].shape == (3, 8, 3)
    assert "attention" not in translation


def test_absent_mask_observes_all(translator, batch):
    whole = {"text": batch["text"], "text_mask": np.ones((3, 6), bool)}
    expected = translator.translate(whole)
    assert_close(translator.translate({"text": batch["text"]}), expected)


def test_hierarchy_translates_its_top(batch):
    model = small_hierarchy(attention="none")
    translation = model.translate(source_of(batch), return_attention=True)
    # There is no attention to return.
    assert set(translation) == {"video"}
    assert translation["video"].shape == (3, 6, 2)


def test_standardised_frames(translator, batch):
    frames, attention = translator.translate_standardised(source_of(batch), 6)
    assert frames.shape == (3, 6, 5) and attention.shape == (3, 6, 6)
    translation = translator.translate(source_of(batch))
    units = arrays(translator.modality_concat.split(frames, ["audio", "video"]))
    mask = batch["text_mask"]
    assert_close(units["audio"][mask], translation["audio"][mask])
    target, target_mask = translator.target_frames(batch)
    assert target.shape == (3, 6, 5)
    assert_close(target_mask, mask)


def test_beams_over_codes(coded, batch):
    translation = coded.translate(source_of(batch), beam_width=3, max_length=5)
    assert set(translation) == {"audio", "lengths", "scores", "tokens"}
    tokens, scores = translation["tokens"], translation["scores"]
    assert tokens.shape == (3, 3, 5) and scores.shape == (3, 3)
    assert np.all(np.diff(scores, axis=1) <= 0), "best first"
    frames = coded.modality_concat.split(
        coded.codebooks[-1].lookup(tokens[:, 0]), ["audio"]
    )
    assert_close(translation["audio"], arrays(frames["audio"]))
    mean = coded.translate(source_of(batch), beam_width=3, max_length=5)["scores"]
    total = coded.translate(
        source_of(batch), beam_width=3, max_length=5, length_penalty=0.0
    )["scores"]
    assert np.all(total[:, 0] <= mean[:, 0] + 1e-6)


def test_four_beams_by_default(coded, batch):
    translation = coded.translate(source_of(batch))
    # One step more than the source, for the end.
    assert translation["tokens"].shape == (3, 4, 7)


def test_standardised_codes_end_in_zeros(coded, batch):
    frames, attention = coded.translate_standardised(source_of(batch), 4, beam_width=2)
    assert frames.shape == (3, 4, 3) and attention is None
    found = coded.translate(source_of(batch), beam_width=2, max_length=5)
    tokens, lengths = found["tokens"][:, 0], found["lengths"][:, 0]
    ended = np.cumsum(tokens[:, :4] == 4, axis=1) > 0
    for row in range(3):
        real = ~ended[row]
        assert np.all(frames[row, ended[row]] == 0)
        expected = arrays(coded.codebooks[-1].lookup(tokens[row, :4]))
        assert_close(frames[row, real], expected[real])
    assert np.all(lengths <= 5)


def test_beams_need_codes(translator, batch):
    with pytest.raises(ValueError, match="`beam_width=2` searches over codes"):
        translator.translate(source_of(batch), beam_width=2)


def test_batches_of_several_lengths(translator, coded, batch):
    # From the second length on, TensorFlow compiles for any.
    for steps in (3, 5, 2):
        source = {key: each[:, :steps] for key, each in source_of(batch).items()}
        assert translator.translate(source)["audio"].shape == (3, steps, 3)
        found = coded.translate(source, beam_width=2)
        assert found["tokens"].shape == (3, 2, steps + 1)
        drawn = coded.translate(source, temperature=1.0)
        assert drawn["tokens"].shape == (3, 1, steps + 1)


@pytest.mark.parametrize("codes", [None, 3])
def test_a_policy_changes_a_translation_little(codes, batch):
    wide, narrow = (
        small_translator(num_codes=codes, dtype=dtype)
        for dtype in ("float32", "mixed_bfloat16")
    )
    narrow.set_weights(wide.get_weights())
    source = {key: batch[key] for key in ("text", "text_mask")}
    found, expected = (each.translate(source, max_length=3) for each in (narrow, wide))
    assert {each.dtype.name for each in found.values()} <= {"float32", "int32"}
    if not codes:
        assert_near(found, expected)
    else:
        assert_near(found["scores"], expected["scores"])


def test_codes_are_drawn_by_the_seed(coded, batch):
    source = source_of(batch)
    first, same, other = (
        coded.translate(source, temperature=5.0, seed=seed) for seed in (1, 1, 2)
    )
    assert first["tokens"].shape == (3, 1, 7) and first["audio"].shape == (3, 7, 3)
    assert_close(first, same)
    assert np.any(first["tokens"] != other["tokens"])
    # Each sample has draws of its own, whatever stands beside it.
    alone = {key: each[1:2] for key, each in source.items()}
    tokens = coded.sample_codes(alone, 7, 5.0, seed=1, first=1)[0]
    assert_close(tokens[0], first["tokens"][1])


@pytest.mark.parametrize(
    ("codes", "given", "message"),
    [
        (False, {"temperature": 1.0}, "`temperature=1.0` searches over codes"),
        (True, {"temperature": 1.0, "beam_width": 2}, "`beam_width=2` searches and"),
        (True, {"temperature": 0.0}, "`temperature` must be above 0"),
    ],
)
def test_drawing_is_refused(codes, given, message, translator, coded, batch):
    with pytest.raises(ValueError, match=message):
        (coded if codes else translator).translate(source_of(batch), **given)
