"""What trained models still answer where part of the test data is lost or noisy."""

import dataclasses
import functools

import keras
import numpy as np

from mmzoo.layers.masked_normalization import MaskedNormalization
from mmzoo.models.registry import load, modules_of_others
from mmzoo.models.training_frames import training_frames
from mmzoo.reading.keras_file import RUN_MODEL
from mmzoo.training.resumable_fit import load_arrays, save_arrays

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
GAUSSIAN = "gaussian noise"
FRAMES, WORDS = "frames dropped", "words lost"
RESULT = "robustness.npz"
# Another number makes what was measured before be measured again.
VERSION = 1


def _noises_of(corpus, modality):
    """The noises that a modality of a corpus can have.

    Args:
        corpus: `Corpus` as the front ends prepared it.
        modality: str.

    Returns:
        tuple of str, empty where the modality is there as recorded alone.
    """
    lost = WORDS if modality == "text" else FRAMES
    if modality in corpus.modalities:
        return lost, GAUSSIAN
    # Numbers of words are no quantities that noise could be added to.
    return (lost,) if _held(corpus.test, modality) else ()


def _noisy(split, modality, noise, strength, seed, deviations=None):
    """A split of which one modality got worse.

    The larger strength of one seed loses all that the smaller lost, and more.

    Args:
        split: `Split`.
        modality: str.
        noise: one of `_noises_of`.
        strength: float, from 0 to 1: the share of the steps of which nothing is
            observed, or the deviations that are added.
        seed: int. Of what is drawn, the same for every model.
        deviations: array `(features,)`, of each feature in training; read by Gaussian
            noise alone.

    Returns:
        The `Split`.
    """
    rng = np.random.default_rng([seed, *map(ord, modality)])
    changed = {}
    for name in [modality] if noise == GAUSSIAN else _held(split, modality):
        rows = split.sequences[name].in_memory()
        if noise == GAUSSIAN:
            drawn = rng.standard_normal(rows.frames.shape).astype("float32")
            added = np.float32(strength) * np.asarray(deviations, "float32") * drawn
            changed[name] = dataclasses.replace(rows, frames=rows.frames + added)
        else:
            kept = rng.random(len(rows.frames)) >= strength
            present = kept if rows.present is None else rows.present & kept
            changed[name] = dataclasses.replace(rows, present=present)
    return dataclasses.replace(split, sequences={**split.sequences, **changed})


def _held(split, modality):
    """The names under which a split has the steps of a modality."""
    names = (modality, "tokens") if modality == "text" else (modality,)
    return [name for name in names if name in split.sequences]


def _deviations_of(split, modality):
    """The standard deviation of each feature over the observed steps of a split.

    Args:
        split: `Split`.
        modality: str.

    Returns:
        Float array `(features,)`.
    """
    rows = split.sequences[modality]
    normalization = MaskedNormalization()
    normalization.adapt(training_frames(split, {modality: rows.features})[modality])
    return keras.ops.convert_to_numpy(normalization.deviation)


def worse_answers(job, corpora, modalities, say=print):
    """What a trained model answers to test data that got worse; kept in its folder.

    Args:
        job: `TrainingJob` that was done.
        corpora: list of `Corpus`, the experiment's.
        modalities: list of those that get worse, one at a time.
        say: function of one line.

    Returns:
        Dict from `(noise, modality)` to the answers at each of `STRENGTHS`,
        `(strengths, N)`, of emotions `(strengths, N, classes)`.
    """
    asked = f"{VERSION} {job.asked} {STRENGTHS} {sorted(modalities)}"
    path, corpus = job.folder / RESULT, corpora[job.fold]
    found = load_arrays(path, say)
    if found is None or str(found.get("asked")) != asked:
        say(f"  {job.name}: test data that get worse")
        found = _measured(job, corpus, modalities)
        save_arrays(path, asked=asked, **found)
    kinds = [(noise, name) for name in modalities for noise in _noises_of(corpus, name)]
    return {kind: found[_key(*kind)] for kind in kinds}


def curves_of(row, answers, metric):
    """The score of each seed at each strength.

    Args:
        row: function from predictions `(seeds, N)` to a `Row`.
        answers: dict from `(noise, modality)` to `(seeds, strengths, N)`.
        metric: str.

    Returns:
        list of dict as `robustness_section` takes them.
    """
    curves = []
    for (noise, modality), found in answers.items():
        scores = []
        for predictions in np.moveaxis(found, 1, 0):
            worse = row(predictions)
            score = functools.partial(worse.kind.score, worse.labels)
            scores.append([score(said)[metric] for said in worse.predictions])
        about = {"name": worse.name, "training": worse.training}
        curves.append(
            {
                **about,
                "noise": noise,
                "modality": modality,
                "scores": np.transpose(scores),
            }
        )
    return curves


def unmeasured(corpus, modalities):
    """A sentence on the modalities that no noise is defined for.

    Args:
        corpus: `Corpus`.
        modalities: list of str.

    Returns:
        list of str, of one sentence or none.
    """
    names = [name for name in modalities if not _noises_of(corpus, name)]
    return [
        f"Nothing was lost or added to {' or '.join(names)}: it is read as recorded, "
        "and no noise of that kind is defined here."
    ] * bool(names)


def _key(noise, modality):
    return f"{modality}.{noise}"


def _measured(job, corpus, modalities):
    model = load(job.folder / RUN_MODEL, trust=modules_of_others())
    whole = job.row.answers_of(model, corpus.test)
    found = {}
    for modality in modalities:
        for noise in _noises_of(corpus, modality):
            deviations = None
            if noise == GAUSSIAN:
                deviations = _deviations_of(corpus.train, modality)
            answers = [whole]
            for strength in STRENGTHS[1:]:
                # What is not read cannot be missed.
                if modality not in model.source:
                    answers.append(whole)
                    continue
                told = noise, strength, job.seed, deviations
                test = _noisy(corpus.test, modality, *told)
                answers.append(job.row.answers_of(model, test))
            found[_key(noise, modality)] = np.stack(answers)
    return found
