import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.data import DataError, Sequences, Split
from mmzoo.data.token_rows import token_rows
from mmzoo.layers import WordEmbedding
from mmzoo.layers.bert_parts import lower_part, upper_part
from mmzoo.ops.frames_of_words import frames_of_words
from mmzoo.training.apply_front_end import apply_front_end
from mmzoo.training.front_ends import FrontEnds
from mmzoo.training.measure import predictions
from tests.checks import arrays, assert_close, check_saving, check_training
from tests.layers.small_text import save_encoder, small_encoder
from tests.models.small_models import DIMS, adapted
from tests.models.test_variation_embedding_network import turned_words

SMALL = {"hidden_dim": 8, "num_layers": 1, "num_heads": 2}
SMALL |= {"encoder_dropout": 0.0, "dropout": 0.0}
# The comma is a piece of its own, and of the first word.
TEXTS = ["good, film", "very bad", ""]


def small(input_dims=None, **options):
    """A transformer on frames of all modalities, or of some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_adaptation_gate_transformer(**options))


def small_bert(**options):
    """The gate inside an untrained BERT, which learns."""
    dims = {"text": small_encoder(trainable=True), "audio": 3}
    return mmzoo.build_adaptation_gate_transformer(dims, **{**SMALL, **options})


@pytest.fixture
def clips(rng):
    """Tokens of three texts, and a frame for each of two words."""
    tokens, mask = map(np.stack, zip(*token_rows(small_encoder(), TEXTS), strict=True))
    # The first word of the second sample was not heard.
    observed = np.array([[True, True], [False, True], [True, True]])
    audio = rng.normal(size=(3, 2, 3)).astype("float32")
    return {
        "tokens": tokens,
        "tokens_mask": mask,
        "audio": audio,
        "audio_mask": observed,
    }


def test_without_a_shift_the_gate_is_layer_normalisation(clips):
    model = small_bert(beta=0.0)
    backbone = model.front_ends["text"].backbone
    given = clips["tokens"], clips["tokens_mask"]
    states, mask = lower_part(backbone, *given)
    heard = frames_of_words(clips["audio"], clips["audio_mask"], given[0][..., 1])
    gated = model._shifted(states, [heard[0]], [heard[1]], False)
    z = arrays(states)
    mean, variance = (f(z, axis=-1, keepdims=True) for f in (np.mean, np.var))
    expected = (z - mean) / np.sqrt(variance + 1e-5)
    assert_close(gated, expected.astype("float32"))
    above = upper_part(backbone, gated, mask)
    answer = model.answer_head(model.pooler(above[:, 0]))
    assert_close(model(clips)["sentiment"], answer)
    # Nothing heard is the same.
    silent = {**clips, "audio_mask": np.zeros_like(clips["audio_mask"])}
    model.shift.beta = 1.0
    assert_close(model(silent)["sentiment"], answer)


def test_shifts_the_embeddings_by_the_equations(clips):
    model = small_bert(beta=0.7)
    places = clips["tokens"][..., 1]
    backbone = model.front_ends["text"].backbone
    states, _ = lower_part(backbone, clips["tokens"], clips["tokens_mask"])
    heard = frames_of_words(clips["audio"], clips["audio_mask"], places)
    gated = arrays(model._shifted(states, [heard[0]], [heard[1]], False))
    weights = {
        "/".join(weight.path.split("/")[-2:]): arrays(weight)
        for weight in model.shift.weights
    }
    for place in np.ndindex(places.shape):
        z = arrays(states)[place]
        if arrays(heard[1])[place]:
            word = clips["audio"][place[0], places[place]]
            gate = np.concatenate([word, z]) @ weights["gate_0/kernel"]
            shift = np.maximum(gate, 0) * (word @ weights["shift_0/kernel"])
            limit = 0.7 * np.linalg.norm(z) / max(np.linalg.norm(shift), 1e-9)
            z = z + min(limit, 1.0) * shift
        expected = (z - z.mean()) / np.sqrt(z.var() + 1e-5)
        assert_close(gated[place], expected.astype("float32"), 1e-4)


def test_a_clip_alone_and_padded_gives_the_same(clips, tmp_path):
    model = small_bert()
    together = arrays(model(clips)["sentiment"])
    assert np.isfinite(together).all() and together[0] != together[1]
    alone = {key: each[1:2, :4] for key, each in clips.items()}
    assert_close(model(alone)["sentiment"], together[1:2])
    garbage = np.where(clips["audio_mask"][..., None], clips["audio"], np.nan)
    assert_close(model({**clips, "audio": garbage})["sentiment"], together)
    check_saving(model, clips, tmp_path)


# The registry's tests train the form on frames on each backend.
@pytest.mark.one_backend
def test_every_weight_of_the_bert_and_the_gate_learns(clips, targets):
    model = small_bert(classes=["low", "high"])
    labels = {
        "emotion": np.array([0, 1, 0], "int32"),
        "emotion_mask": np.array([True, True, False]),
    }
    # A bias of keys cancels in the softmax.
    check_training(
        model, clips, labels, below=0.6, steps=30, rate=0.02, still=("key/bias",)
    )


@pytest.mark.one_backend
def test_learns_what_text_alone_and_late_fusion_do_not():
    batch, labels = turned_words()
    dims, errors = {"text": 1, "audio": 1}, {}
    for name, read, options in (
        ("adaptation_gate_transformer", dims, {**SMALL, "hidden_dim": 16}),
        ("crossmodal_transformer", {"text": 1}, {"dropout": 0.0}),
        ("late_fusion_network", dims, {"fusion": "average", "dropout": 0.0}),
    ):
        keras.utils.set_random_seed(0)
        model = mmzoo.create_model(name, read, classes=["bad", "good"], **options)
        model.compile(keras.optimizers.Adam(0.01))
        for _ in range(80):
            model.train_on_batch(batch, labels)
        said = arrays(model(batch)["emotion"]).argmax(-1)
        errors[name] = np.mean(said != labels)
    assert errors["adaptation_gate_transformer"] == 0.0, errors
    # Half of the labels is what words alone, and a quarter what sums can reach.
    assert errors["crossmodal_transformer"] == 0.5, errors
    assert errors["late_fusion_network"] >= 0.25, errors


def test_every_modality_and_the_order_of_steps_matter(batch):
    model = small()
    before = arrays(model(batch)["sentiment"])
    for name in DIMS:
        changed = {**batch, name: batch[name] + 1.0}
        assert np.abs(arrays(model(changed)["sentiment"]) - before).min() > 1e-6
    turned = {**batch, "text": batch["text"][:, [1, 0, 2, 3, 4, 5]]}
    assert abs(arrays(model(turned)["sentiment"])[0] - before[0]) > 1e-6


def split_of(rng, steps):
    """Texts, and audio of the steps given."""
    frames = [rng.normal(size=(count, 3)).astype("float32") for count in steps]
    audio = {"audio": Sequences.from_list(frames)}
    ids = tuple("abc"[: len(steps)])
    return Split(audio, [1.0, -1.0, 0.5], ids, ids, words=tuple(TEXTS))


@pytest.mark.one_backend
def test_is_trained_from_words_and_frames(rng, tmp_path):
    # A frame a word, one for all, and a sample without words.
    split = split_of(rng, [2, 1, 4])
    corpus = mmzoo.data.Corpus(
        "mine", {"train": split, "valid": split, "test": split}, (-3, 3)
    )
    ends = FrontEnds(save_encoder(tmp_path / "bert"), fine_tune=True)
    variant = mmzoo.training.Variant.parse("adaptation_gate_transformer:text+audio")
    options = mmzoo.training.TrainingOptions(epochs=1)
    row, *_ = mmzoo.training.plan([variant], options, SMALL, ends)
    prepared = ends.prepare(corpus, ["audio", "text"])
    model, history = row.train(prepared, 0, tmp_path, str)
    assert model.reads == ["audio", "tokens"]
    assert np.isfinite(history["supervised"]["loss"]).all()
    said = mmzoo.predict(model, text="very bad", audio=np.ones((2, 3)))
    assert np.isfinite(said["sentiment"])
    wrong = {name: split_of(rng, [2, 3, 4]) for name in corpus.splits}
    wrong = ends.prepare(mmzoo.data.Corpus("mine", wrong, (-3, 3)), ["text"])
    with pytest.raises(DataError, match="sample 1 3 for 2 words"):
        row.train(wrong, 0, tmp_path / "wrong", str)
    with pytest.raises(DataError, match="sample 1 3 for 2 words"):
        predictions(model, wrong.test)
    # Frozen since, it still runs its encoder itself.
    expected = predictions(model, prepared.test)
    model.trainable = False
    end = model.front_ends["text"]
    tokens = apply_front_end(corpus, "text", end, learns=True).test
    assert_close(predictions(model, tokens), expected)


def test_a_frozen_encoder_is_refused_but_may_be_frozen_later(clips, tmp_path):
    dims = {"text": small_encoder(), "audio": 3}
    with pytest.raises(ValueError, match="is frozen, .*--fine-tune"):
        mmzoo.build_adaptation_gate_transformer(dims, **SMALL)
    model = small_bert()
    model.trainable = False
    assert model.reads_to_answer == ["audio", "tokens"]
    check_saving(model, clips, tmp_path)


def test_batches_without_tokens_or_places_are_refused(clips):
    model, tokens = small_bert(), clips.pop("tokens")
    with pytest.raises(ValueError, match=r"no \['tokens'\]; this model reads"):
        model(clips)
    with pytest.raises(ValueError, match=r"'tokens' has shape \(3, 5, 1\)"):
        model({**clips, "tokens": tokens[..., :1]})


@pytest.mark.parametrize(
    ("dims", "options", "message"),
    [
        ({"text": 5}, {}, "names text: this model shifts the words"),
        ({"text": WordEmbedding(["good"]), "audio": 3}, {}, "is a WordEmbedding"),
        ({"audio": 3, "video": 2}, {}, "names audio and video: this model"),
        (DIMS, {"labels_per": "step"}, r"one of \['sequence'\] for Adaptation"),
        (DIMS, {"num_heads": 3}, "`num_heads=3` does not divide"),
    ],
)
def test_errors(dims, options, message):
    with pytest.raises(ValueError, match=message):
        mmzoo.build_adaptation_gate_transformer(dims, **{**SMALL, **options})


def test_an_input_table_alone_has_no_layers_to_shift():
    dims = {"text": small_encoder(trainable=True, states="table"), "audio": 3}
    with pytest.raises(ValueError, match="give a `PretrainedText` that runs a BERT"):
        mmzoo.build_adaptation_gate_transformer(dims, **SMALL)


def test_the_gate_stands_below_a_layer():
    with pytest.raises(ValueError, match="`shift_after=1`, but .* from 0 to 0"):
        small_bert(shift_after=1)
