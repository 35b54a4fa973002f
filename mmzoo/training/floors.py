"""What needs no network: the constant and the ridge regression beside every table."""

import dataclasses

import keras
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mmzoo.data import Sequences
from mmzoo.data.cleaning import looked_over
from mmzoo.data.image_file import PIXELS
from mmzoo.data.split import EMOTION, EMOTIONS
from mmzoo.evaluation.row_dicts import MAJORITY
from mmzoo.ops.acoustic_functionals import acoustic_functionals
from mmzoo.training.lexicon_and_picture import lexicon_and_picture
from mmzoo.training.measure import labelled
from mmzoo.words import words_of

RIDGE = "ridge"
SVM = "svm"
LINEAR_SVM = "linear svm"
LOGISTIC = "logistic regression"
# A stand-in for SentiBank & SentiStrength, of which it has neither.
LEXICON = "lexicon + picture statistics"
# Front ends whose frames are functionals, or are read as such.
SPECTROGRAM, FUNCTIONALS = "LogSpectrogram", "AcousticFunctionals"
NO_DECIBELS = (
    "No linear model on acoustic functionals stands beside, since spectrograms that "
    "are standardised by speaker are not in decibels: `--spectrogram functionals` has "
    "one."
)
# So many clips are read at once.
CLIPS = 32
ALPHAS = np.logspace(0, 5, 11)
PENALTIES = np.logspace(-5, 0, 11)
# What costs a floor its row, and not the report: also labels and features that do not
# go together.
FAULTS = ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError


def floors(corpora, modalities, say=print, refit=False):
    """What stands below every table: no network has seen the data.

    Args:
        corpora: list of `Corpus`: one, or the folds of a cross-validation.
        modalities: list of the modalities that the rows read.
        say: function of one line, told of a floor that fails: it costs its row, not
            the report.
        refit: whether all learn from the validation split, too. What chooses by it
            chooses first, and then learns from both. Defaults to `False`.

    Returns:
        `(rows, remarks)`: a list of `(name, training, control, {"predictions": (N,)})`,
        and a sentence for each floor that failed.
    """
    # What is not finite is read as in training: the mean of its column there.
    corpora = held_out = [looked_over(corpus) for corpus in corpora]
    if refit:
        corpora = [corpus.with_valid_in_train() for corpus in corpora]
    # Of an encoder that learns, a corpus holds tokens, which are no features; or
    # pixels, whose mean and deviation are those of the colours.
    held = {"image": PIXELS} if "image" not in corpora[0].modalities else {}
    found = {name: held.get(name, name) for name in modalities}
    found = {k: name for k, name in found.items() if name in corpora[0].modalities}
    joined, read = "+".join(found), list(found.values())
    if corpora[0].classes:
        rows = [(MAJORITY, "mode", MAJORITY, _over(corpora, _predict_mode))]
        steps = corpora[0].labels_per == "step"
        of = "step features" if steps else "clip statistics"
        other = (joined, of, SVM, _predict_svm)
    else:
        rows = [(MAJORITY, "median", MAJORITY, _over(corpora, _predict_median))]
        other = (joined, "closed form", RIDGE, _predict_ridge)
    asked = [(other, corpora, [read])] if read else []
    remarks = []
    if "audio" in found and _has_functionals(corpora[0]):
        row = "audio", "acoustic functionals", LINEAR_SVM, _predict_from_functionals
        if _in_deviations(corpora[0]):
            remarks.append(NO_DECIBELS)
        else:
            asked.append((row, held_out, [refit]))
    if corpora[0].classes and "text" in modalities and corpora[0].train.words:
        asked.append((("text", "tf-idf", LOGISTIC, _predict_from_words), corpora, []))
        if "image" in modalities and PIXELS in corpora[0].modalities:
            of_both = ("image+text", LEXICON, LOGISTIC, _predict_from_lexicon)
            asked.append((of_both, corpora, []))
    for (*row, predict), given, arguments in asked:
        try:
            rows.append((*row, _over(given, predict, *arguments)))
        except FAULTS as error:
            say(f"  no row for {row[2]} ({row[0]}): {error}")
            why = " ".join(str(error).split()).rstrip(".")
            remarks.append(f"There is no row for {row[2]} on {row[0]}: {why}.")
    return rows, remarks


def _over(corpora, predict, *arguments):
    parts = [_of_each_emotion(corpus, predict, *arguments) for corpus in corpora]
    return {"predictions": np.concatenate(parts)}


def _of_each_emotion(corpus, predict, *arguments):
    """What is predicted, of emotions one by one `(N, classes)`, of others `(N,)`."""
    if corpus.target != EMOTIONS:
        return predict(corpus, *arguments)
    each = [_one_emotion(corpus, place) for place in range(len(corpus.classes))]
    return np.stack([predict(one, *arguments) for one in each], axis=1)


def _one_emotion(corpus, place):
    """The corpus with the classes of having one emotion, or having it not."""
    splits = {
        name: dataclasses.replace(
            split, labels=split.labels[:, place], target=EMOTION, other_labels={}
        )
        for name, split in corpus.splits.items()
    }
    known = np.flatnonzero(np.isfinite(splits["train"].labels))
    splits["train"] = splits["train"].select(known)
    name = corpus.classes[place]
    classes = f"not {name}", name
    return dataclasses.replace(corpus, splits=splits, classes=classes, meanings={})


def _predict_median(corpus):
    """The median training label for every test label.

    The median is the constant with the least absolute error, and on the majority's
    side of zero, so it is the majority class of the binary metrics as well.

    Args:
        corpus: `Corpus`.

    Returns:
        Array `(N,)`.
    """
    labels = labelled(corpus.test)[0]
    return np.full(labels.shape, np.nanmedian(labelled(corpus.train)[0]), "float64")


def _predict_mode(corpus):
    """The most frequent training class for every test label.

    Args:
        corpus: `Corpus` with classes.

    Returns:
        Array `(N,)`.
    """
    labels = labelled(corpus.train)[0]
    known = labels[np.isfinite(labels)].astype(int)
    # Of an emotion that no sample of training tells, the first answer is "not".
    counts = np.bincount(known, minlength=len(corpus.classes))
    return np.full(labelled(corpus.test)[0].shape, int(counts.argmax()))


def _predict_svm(corpus, modalities):
    """A support vector machine on mean and deviation of each feature over a clip.

    Where labels are one a step, it reads the features of the step. What can be told
    without a network and without the order of the frames. C = 1 and the kernel's width
    are scikit-learn's defaults, nothing is tuned.

    Args:
        corpus: `Corpus` with classes.
        modalities: list of the modalities to read.

    Returns:
        Array `(N,)`.
    """
    train, test = (_of_clips(each, modalities) for each in (corpus.train, corpus.test))
    labels = labelled(corpus.train)[0]
    known = np.isfinite(labels)
    train, labels = train[known], labels[known].astype(int)
    if len(set(labels)) < 2:
        # A class that nobody has, or everybody.
        return _predict_mode(corpus)
    model = make_pipeline(StandardScaler(), SVC(class_weight="balanced"))
    model.fit(train, labels)
    return model.predict(test)


def _has_functionals(corpus):
    """Whether a corpus has classes of clips, and decibels or functionals of them."""
    made = corpus.provenance.get("made_by", {}).get("audio")
    clips = corpus.classes and corpus.labels_per == "sequence"
    return bool(clips) and made in (SPECTROGRAM, FUNCTIONALS)


def _in_deviations(corpus):
    """Whether a spectrogram is no longer in decibels, since it is by speaker."""
    by_speaker = "audio" in corpus.provenance.get("speaker_normalized", ())
    return by_speaker and corpus.provenance["made_by"]["audio"] == SPECTROGRAM


def _predict_from_functionals(corpus, refit):
    """A linear support vector machine on acoustic functionals of each clip.

    Of eleven values of C the one with the best UAR in validation is taken, of equals
    the least. Each class counts alike.

    Args:
        corpus: `Corpus` of spectrograms in decibels, or of functionals, with classes.
        refit: whether it then learns once more, from training and validation.

    Returns:
        Array `(N,)`.

    Reference:
        - Schuller et al., [INTERSPEECH 2009 Emotion
          Challenge](https://doi.org/10.21437/Interspeech.2009-103): functionals and a
          support vector machine as the baseline.
    """
    clips = {n: _clip_functionals(corpus, split) for n, split in corpus.splits.items()}
    (train, labels), (valid, truth) = (
        _of_known_class(clips[name], corpus.splits[name]) for name in ("train", "valid")
    )
    both = (np.concatenate([train, valid]), np.concatenate([labels, truth]))
    learnt = both if refit else (train, labels)
    if len(set(labels)) < 2:
        return _predict_mode(corpus)
    machines = [_linear(penalty).fit(train, labels) for penalty in PENALTIES]
    # Without a class that is known in validation, all are equals.
    uar = [_uar(truth, m.predict(valid)) for m in machines] if len(truth) else [0.0]
    model = _linear(PENALTIES[int(np.argmax(uar))]).fit(*learnt)
    return model.predict(clips["test"])


def _linear(penalty):
    # One product of all clips: quicker than liblinear where features outnumber them.
    machine = SVC(kernel="linear", C=penalty, class_weight="balanced")
    return make_pipeline(StandardScaler(), machine)


def _of_known_class(clips, split):
    """Features and classes of the clips whose class is known."""
    labels = labelled(split)[0]
    known = np.isfinite(labels)
    return clips[known], labels[known].astype(int)


def _clip_functionals(corpus, split):
    """Functionals of each clip of a split, `(clips, functionals)`."""
    clips, found = split.sequences["audio"], []
    if corpus.provenance["made_by"]["audio"] == FUNCTIONALS:
        # They are the frames, one a clip, or none.
        return clips.padded(np.arange(len(clips)), 1)[0][:, 0]
    # One length for all batches, since each is compiled anew.
    longest = max(1, int(clips.lengths.max(initial=0)))
    for first in range(0, len(clips), CLIPS):
        places = np.arange(first, min(first + CLIPS, len(clips)))
        given = clips.padded(places, longest)
        found.append(keras.ops.convert_to_numpy(acoustic_functionals(*given)))
    return np.concatenate(found)


def _uar(labels, predictions):
    """Mean recall of the classes."""
    classes = np.unique(labels)
    return np.mean([np.mean(predictions[labels == each] == each) for each in classes])


def _predict_from_words(corpus):
    """Logistic regression on how often each word occurs, rare words counting more.

    Nothing is tuned: tf-idf and C = 1 are scikit-learn's defaults.

    Args:
        corpus: `Corpus` with classes and words.

    Returns:
        Array `(N,)`.
    """
    texts, labels = _of_known_class(
        np.array(corpus.train.words, dtype=object), corpus.train
    )
    # Nothing to learn from.
    if len(set(labels)) < 2 or not any(map(words_of, texts)):
        return _predict_mode(corpus)
    words = TfidfVectorizer(analyzer=words_of)
    model = make_pipeline(words, LogisticRegression(max_iter=1000))
    model.fit(texts, labels)
    return model.predict(corpus.test.words)


def _predict_from_lexicon(corpus):
    """Logistic regression on a lexicon's scores and statistics of the picture.

    Nothing is tuned: C = 1 is scikit-learn's default.

    Args:
        corpus: `Corpus` with classes, words and pixels.

    Returns:
        Array `(N,)`.
    """
    train, test = map(lexicon_and_picture, (corpus.train, corpus.test))
    train, labels = _of_known_class(train, corpus.train)
    if len(set(labels)) < 2:
        return _predict_mode(corpus)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(train, labels)
    return model.predict(test)


def _of_clips(split, modalities):
    """What the support vector machine reads of each label, `(N, features)`."""
    if isinstance(split.labels, Sequences):
        return _features(split, modalities)
    parts = [_statistics(split.sequences[name]) for name in modalities]
    return np.concatenate(parts, axis=1)


def _statistics(rows):
    """Mean and deviation of each feature over each sequence, `(N, 2 * features)`."""
    found = np.zeros((len(rows), 2 * rows.features))
    for index in range(len(rows)):
        frames, present = rows[index]
        if present.any():
            kept = frames[present]
            found[index] = np.concatenate([kept.mean(axis=0), kept.std(axis=0)])
    return found


def _predict_ridge(corpus, modalities):
    """Ridge regression on the features of a step, or on their mean over a sequence.

    The penalty is chosen by leave-one-out on the training split.

    Args:
        corpus: `Corpus`.
        modalities: list of the modalities to read.

    Returns:
        Array `(N,)`.
    """
    train, test = (
        _features(corpus.splits[name], modalities) for name in ("train", "test")
    )
    model = make_pipeline(StandardScaler(), _Clip(), RidgeCV(ALPHAS))
    labels = labelled(corpus.train)[0]
    known = np.isfinite(labels)
    model.fit(train[known], labels[known])
    return model.predict(test)


def _features(split, modalities):
    """`(N, features)`: the modalities of each label, side by side."""
    per_step = isinstance(split.labels, Sequences)
    columns = []
    for name in sorted(modalities):
        # One sample after the other: a split may be larger than memory.
        rows = (split.sequences[name][i] for i in range(len(split)))
        if per_step:
            pairs = zip(rows, split.labels.lengths, strict=True)
            columns.append(np.concatenate([_steps(*row, n) for row, n in pairs]))
        else:
            columns.append(np.stack([_mean(*row) for row in rows]))
    return np.concatenate(columns, axis=1)


def _steps(frames, present, count):
    """As many frames as there are labels: zeros where a sample lacks the modality."""
    return frames if len(frames) else np.zeros((count, frames.shape[1]))


def _mean(frames, present):
    return frames[present].mean(axis=0) if present.any() else np.zeros(frames.shape[1])


class _Clip:
    """Limit outliers as `MaskedNormalization` does."""

    def fit(self, values, labels=None):
        return self

    def transform(self, values):
        return np.clip(values, -5.0, 5.0)
