import pytest

from mmzoo.training import Control, FrontEnds, TrainingOptions, Variant, plan

pytestmark = pytest.mark.one_backend

OPTIONS = TrainingOptions()
SMALL = {"units": 3}
END_TO_END = {"train_translator": True, "translation_weight": 0.5}
CLASSIFIER = "audio_text_classifier"
CYCLIC = "cyclic_translator"


@pytest.mark.parametrize(
    ("name", "more", "control", "training"),
    [
        ("text+audio", {}, None, "supervised"),
        ("text->audio", {}, "untrained encoder", "phases"),
        ("text->audio->video", {}, "untrained encoder", "phases"),
        ("text->audio", END_TO_END, "translation weight 0", "end-to-end"),
        (f"{CYCLIC}:text->audio->video", {}, "translation weight 0", "end-to-end"),
        (f"{CLASSIFIER}:text", {}, None, "supervised"),
    ],
)
def test_a_translation_has_a_control(name, more, control, training):
    small = {} if CLASSIFIER in name else SMALL
    rows = plan([Variant.parse(name)], OPTIONS, small | more)
    assert [row.control for row in rows] == [None] + ([control] if control else [])
    assert {row.training for row in rows} == {training}


@pytest.mark.parametrize(
    ("controls", "words"),
    [
        ({"same": {"scale": 0.3}}, "'same' has the same options as 'the row itself'"),
        ({"a": {"scale": 0.5}, "b": {"scale": 0.5}}, "'b' has the same options as 'a'"),
    ],
)
def test_a_control_that_changes_nothing_is_refused(controls, words):
    controls = tuple(Control(name, changes) for name, changes in controls.items())
    variant = Variant.parse(f"{CLASSIFIER}:audio", controls=controls)
    with pytest.raises(ValueError, match=words):
        plan([variant], OPTIONS, {"scale": 0.3})


def test_arguments_that_no_builder_has_are_refused():
    with pytest.raises(ValueError, match=r"none of lstm_baseline has .* \['unit'\]"):
        plan([Variant.parse("text")], OPTIONS, {"unit": 3})
    variant = Variant.parse("text", architecture={"fusion": "concat"})
    with pytest.raises(ValueError, match=r"lstm_baseline has no \['fusion'\]"):
        plan([variant], OPTIONS)
    # Rows of several models share what each of them has.
    both = [Variant.parse("text"), Variant.parse(f"{CLASSIFIER}:text")]
    plan(both, OPTIONS, {"units": 3, "text_dim": 4})


def test_models_on_the_same_modalities_stand_beside_each_other():
    names = ["audio+text", f"{CLASSIFIER}:audio+text", "text->audio"]
    rows = plan([Variant.parse(name) for name in names], OPTIONS, SMALL)
    assert [row.name for row in rows if row.control is None] == names


def test_seeds_are_compared_by_the_log_that_chose_the_epoch():
    name = "shared_private_network:text+audio"
    options = TrainingOptions(monitor="similarity_loss")
    (row,) = plan([Variant.parse(name)], options)
    history = {"supervised": {"val_similarity_loss": [2.0, 1.5]}}
    assert row.validation_score(history, "sentiment") == 1.5


def test_a_translation_is_not_refitted():
    with pytest.raises(ValueError, match="`refit` is for models that answer"):
        plan([Variant.parse("text->audio")], TrainingOptions(refit=True))


def test_a_width_for_each_modality_is_no_size():
    variant = Variant.parse("memory_fusion_network:audio+text")
    plan([variant], OPTIONS, {"units": {"audio": 3, "text": 5}})
    with pytest.raises(ValueError, match="`units` is at least 1, not 0"):
        plan([variant], OPTIONS, {"units": 0})


@pytest.mark.parametrize(
    ("asked", "network", "message"),
    [
        ({"speech_encoder": "whisper_tiny_en"}, "small", "the states of a speech"),
        ({"spectrogram": "functionals"}, "alexnet", "does not read functionals"),
        ({"spectrogram": "samples"}, "small", "reads no samples"),
    ],
)
def test_a_network_that_does_not_read_what_is_made(asked, network, message):
    """No encoder is loaded for it, and nothing is read by one."""
    variants = [Variant.parse(f"{CLASSIFIER}:audio")]
    with pytest.raises(ValueError, match=message):
        plan(variants, OPTIONS, {"audio_encoder": network}, FrontEnds(**asked))
    words = [Variant.parse(f"{CLASSIFIER}:text")]
    assert plan(words, OPTIONS, {"audio_encoder": network}, FrontEnds(**asked))
