"""Each model either needs common steps and says so, or answers without them."""

import numpy as np
import pytest

import mmzoo
from mmzoo.data import Sequences, Split
from mmzoo.data.errors import DataError
from mmzoo.training.measure import measure_translation, predictions
from tests.checks import arrays
from tests.models.small_models import DIMS, SMALL, small_translator
from tests.selection import few_everywhere

ANSWERING = [name for name in mmzoo.list_models() if name in SMALL]
JOINING = {
    "adaptation_gate_transformer",
    "contextual_lstm",
    "gated_embedding_network",
    "graph_memory_fusion_network",
    "hidden_markov_model",
    "high_level_recurrent_network",
    "intermodal_attention_network",
    "lstm_baseline",
    "memory_fusion_network",
    "multi_attention_network",
    "multi_view_network",
    "multimodal_factorization_model",
    "multistage_fusion_network",
    "variation_embedding_network",
}


def clips_of(model, rng, lengths):
    """Frames for each modality of a model, of the steps given in turn."""
    return {
        name: rng.normal(size=(steps, model.input_dims[name])).astype("float32")
        for name, steps in zip(model.source, lengths, strict=False)
    }


def split_of(clips):
    rows = {name: Sequences.from_list([frames]) for name, frames in clips.items()}
    return Split(rows, [0.5], ("a",), ("a",))


@pytest.mark.parametrize("name", few_everywhere(ANSWERING))
def test_unequal_steps_are_refused_or_count_as_they_are(name, rng):
    model = SMALL[name]()
    clips = clips_of(model, rng, (4, 7, 5))
    if len(clips) < 2 or not model.answers:
        return
    assert bool(model.joined_steps) == (name in JOINING)
    if model.joined_steps:
        for answer in (
            lambda: mmzoo.predict(model, **clips),
            lambda: predictions(model, split_of(clips)),
            lambda: model.adapt(split_of(clips)),
        ):
            with pytest.raises(DataError, match="step by step, but .* --align-to"):
                answer()
        return
    alone = mmzoo.predict(model, **clips)[model.target]
    longer = clips_of(model, rng, (9, 9, 9))
    # Beside longer clips, too, each modality has its own steps.
    lists = {key: [clips[key], longer[key]] for key in clips}
    assert mmzoo.predict(model, **lists)[0][model.target] == pytest.approx(
        alone, abs=1e-5
    )
    assert predictions(model, split_of(clips)) == pytest.approx([alone], abs=1e-5)


@pytest.mark.parametrize("name", sorted(JOINING))
def test_common_steps_are_answered_with_a_modality_missing(name, rng):
    model = SMALL[name]()
    clips = clips_of(model, rng, (5, 5, 5)) | {"video": None}
    assert np.isfinite(mmzoo.predict(model, **clips)[model.target])


def test_one_clip_of_a_list_is_refused_alone(rng):
    model = SMALL["lstm_baseline"]()
    lists = [clips_of(model, rng, lengths) for lengths in ((5, 5, 5), (5, 6, 5))]
    with pytest.warns(UserWarning, match="1 of 2 clips have no answer"):
        found = mmzoo.predict(model, **{k: [c[k] for c in lists] for k in model.source})
    assert found[0]["sentiment"] is not None and found[1]["sentiment"] is None
    assert "step by step" in found[1]["error"]


def test_translator_joins_the_modalities_of_each_side():
    groups = small_translator("text", "audio+video").joined_steps
    assert groups == [["text"], ["audio", "video"]]
    aligned = small_translator("text", "audio+video", attention="aligned")
    assert aligned.joined_steps == [["audio", "text", "video"]]


@pytest.mark.one_backend
def test_translations_are_measured_where_each_side_has_common_steps(rng):
    model = small_translator("text", "audio+video")
    frames = {
        name: rng.normal(size=(steps, DIMS[name])).astype("float32")
        for name, steps in {"audio": 4, "text": 6, "video": 5}.items()
    }
    with pytest.raises(DataError, match="joins audio and video step by step"):
        measure_translation(model, split_of(frames))


@pytest.mark.one_backend
def test_training_refuses_any_split_whose_steps_differ(rng, tmp_path):
    model = SMALL["lstm_baseline"]()
    equal = split_of(clips_of(model, rng, (4, 4, 4)))
    splits = {"train": equal, "valid": split_of(clips_of(model, rng, (4, 5, 4)))}
    splits["test"] = equal
    corpus = mmzoo.data.Corpus("mine", splits, (-3, 3))
    options = mmzoo.training.TrainingOptions(epochs=1)
    run = mmzoo.training.TrainingRun(corpus, options, 0, tmp_path, str)
    with pytest.raises(DataError, match="mine, split valid: .*step by step"):
        model.begin(run)
    aligned = corpus.align_to("audio")
    run = mmzoo.training.TrainingRun(aligned, options, 0, tmp_path, str)
    model.begin(run)
    assert np.isfinite(arrays(predictions(model, aligned.splits["valid"]))).all()
