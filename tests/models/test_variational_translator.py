import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.data import Sequences, Split
from mmzoo.models import VariationalTranslator
from mmzoo.training.measure import measure_latent
from tests.checks import arrays, assert_close, check_saving, check_training
from tests.models.small_models import DIMS, adapted, small_regressor

OPTIONS = {"units": 4, "latent_dim": 2, "kl_annealing": 0, "seed": 1}


def small(source="text", target="audio+video", **options):
    """A translation through two latent units."""
    options = {**OPTIONS, **options}
    return adapted(mmzoo.build_variational_translator(DIMS, source, target, **options))


def test_the_loss_is_the_negative_elbo(batch, targets):
    model = small(kl_weight=0.5, kl_annealing=4, free_bits=0.1)
    model.latent.log_variance.bias.assign([-1.0, 0.0])
    batch["audio_mask"][2] = batch["video_mask"][2] = False
    model.compile(optimizer="adam")
    model.latent.training_steps.assign(3.0)
    whole, parts = (
        model.evaluate(batch, targets, batch_size=size, verbose=0, return_dict=True)
        for size in (3, 1)
    )
    outputs = arrays(model(batch))
    frames, mask = arrays(model.goal(batch))
    errors = (frames - outputs["audio+video_translation"])[mask]
    reconstruction = 0.5 * np.mean(errors**2)
    mean, log_variance = (
        outputs[f"posterior_{name}"][:2] for name in ("mean", "log_variance")
    )
    each = 0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1)
    values = 10 * 5
    penalty = np.maximum(each, 0.1).sum() / values
    expected = {
        "reconstruction": reconstruction,
        "kl_penalty": penalty,
        "kl": each.sum() / 2,
        "kl_weight": 0.5 * 0.75,
        "negative_elbo": reconstruction + each.sum() / values,
        "loss": reconstruction + 0.375 * penalty,
    }
    assert np.any(each < 0.1) and np.any(each > 0.1)
    assert whole == pytest.approx(expected, rel=1e-5)
    assert parts == pytest.approx(expected, rel=1e-5)


def test_weights_of_samples(batch):
    model = small()
    outputs = model(batch)
    plain = arrays(model.loss_terms(batch, None, outputs))
    for weights in ([2.0] * 3, [[2.0]] * 3):
        found = arrays(
            model.loss_terms(batch, None, outputs, np.array(weights, "float32"))
        )
        for name in ("reconstruction", "kl_penalty", "kl", "negative_elbo"):
            (_, total, count), (_, once, entries) = found[name], plain[name]
            assert_close((total, count), (2 * once, entries))


def test_trains(batch, targets):
    model = small(history_dropout=0.2)
    check_training(model, batch, targets, below=0.75, steps=40)
    assert arrays(model.latent.training_steps) == 1 + 40


@pytest.mark.one_backend
def test_codes_have_an_elbo_and_an_end(batch, targets, tmp_path):
    model = small(num_codes=4, cell="gru")
    model.adapt_codebooks(batch)
    check_training(model, batch, targets, below=0.75, steps=40)
    check_saving(model, batch, tmp_path)
    drawn = model.sample(3, num_steps=4)
    assert drawn["audio"].shape == (3, 4, 3) and drawn["video"].shape == (3, 4, 2)
    mean = arrays(model.normalizations["audio"].inverse(np.zeros((1, 3), "float32")))
    for row, length in enumerate(drawn["lengths"]):
        assert 0 <= length <= 4
        # Behind the end is the mean frame.
        rest = drawn["audio"][row, length:]
        assert_close(rest, np.repeat(mean, 4 - length, axis=0))


def test_a_regressor_learns_beside_it_or_from_it(batch, targets):
    joint = small_regressor(small(), train_translator=True, translation_weight=0.5)
    check_training(joint, batch, targets, below=0.8)
    logs = joint.evaluate(batch, targets, verbose=0, return_dict=True)
    total = logs["reconstruction"] + logs["kl_weight"] * logs["kl_penalty"]
    assert logs["loss"] == pytest.approx(logs["sentiment_mae"] + 0.5 * total, rel=1e-5)
    alone = small_regressor(small(), train_translator=True)
    translator = alone.translator.stack.translators[0]
    assert translator.encoder.trainable_weights
    for part in (translator.decoder, translator.latent):
        assert not part.trainable_weights, "no loss reaches it"


STEPS, FEATURES = 6, 8


def generated(rng, count):
    """Sequences that two numbers and a little noise make."""
    loadings = np.random.default_rng(9).normal(size=(2, STEPS, FEATURES))
    frames = np.tensordot(rng.normal(size=(count, 2)), loadings, 1)
    frames += 0.1 * rng.normal(size=frames.shape)
    audio = Sequences.from_list(list((3.0 + 2.0 * frames).astype("float32")))
    names = tuple(map(str, range(count)))
    return Split({"audio": audio}, np.zeros(count, "float32"), names, names)


def trained(train, epochs=30, **options):
    """An autoencoder of the generated sequences."""
    model = mmzoo.build_variational_translator(
        {"audio": FEATURES}, "audio", "audio", units=16, latent_dim=4, seed=1, **options
    )
    model.adapt(train)
    model.compile(optimizer=keras.optimizers.Adam(0.01))
    batches = mmzoo.data.Batches(train, ["audio"], batch_size=32, shuffle=True)
    model.fit(batches, epochs=epochs, shuffle=False, verbose=0)
    return model


@pytest.mark.one_backend
def test_learns_what_it_is_for(rng):
    train, test = generated(rng, 320), generated(rng, 100)
    model = trained(train, kl_annealing=100, free_bits=0.0, history_dropout=0.5)
    found = measure_latent(model, test)
    # Two numbers made the data, and the other two units cost more than they tell.
    assert found["active_units"] == 2 and found["latent_kl"] > 2
    x, _ = mmzoo.data.Batches(test, ["audio"], batch_size=100)[0]
    rebuilt = model.translate(x)["audio"]
    error = np.mean((rebuilt - x["audio"]) ** 2) / np.var(x["audio"], axis=0).mean()
    assert error < 0.3, "against the mean frame of each step"
    # Draws for one sequence differ, and are about that sequence.
    draws = model.sample_posterior(x, 20)["audio"].reshape(100, 20, STEPS, FEATURES)
    assert draws.std(axis=1).mean() > 0.05 * x["audio"].std()
    around = np.mean((draws.mean(axis=1) - x["audio"]) ** 2)
    assert around < 0.3 * np.var(x["audio"], axis=0).mean()
    drawn = model.sample(400, STEPS)["audio"]
    data = np.stack([train.sequences["audio"][i][0] for i in range(320)])
    spread = data.std(axis=0)
    assert np.abs((drawn.mean(axis=0) - data.mean(axis=0)) / spread).mean() < 0.2
    assert np.abs(np.log(drawn.std(axis=0) / spread)).mean() < 0.3


@pytest.mark.one_backend
def test_a_latent_that_costs_too_much_collapses(rng):
    train = generated(rng, 160)
    model = trained(train, epochs=10, kl_annealing=0, free_bits=0.0, kl_weight=20.0)
    assert measure_latent(model, train)["active_units"] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kl_weight": -1.0}, "`kl_weight` is at least 0, not -1.0"),
        ({"free_bits": -0.5}, "`free_bits` is at least 0, not -0.5"),
        ({"latent_dim": 0}, "`latent_dim` is at least 1, not 0"),
    ],
)
def test_option_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)


def test_more_than_one_target_is_refused():
    chain = [["text"], ["audio"], ["video"]]
    with pytest.raises(ValueError, match="is one source and one target, not"):
        VariationalTranslator(DIMS, chain)
