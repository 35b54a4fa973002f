r"""How much of one modality can be told from another, at most and in closed form?

A translation that explains nothing may be badly trained, or there may be nothing to
explain. This tells which, without a network: ridge regression from what a translator
reads to what it is to predict, in the report's metric (explained variance over the mean
frame, standardised on training videos), beside controls. Validation videos choose the
penalty of each column, the better view of the source, and the columns that count as
predictable; test videos are read once.

Run:     python benchmarks/translation_limits.py CORPUS
Folds:   python benchmarks/translation_limits.py CORPUS --folds 5
Columns: python benchmarks/translation_limits.py CORPUS --pair "video->audio" \
             --predictable FILE.h5
Figures: docs/concepts/translation_limits.md
"""

import argparse
import json
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from sklearn.kernel_approximation import Nystroem

import mmzoo
from mmzoo.evaluation import copy_previous, variance_explained
from mmzoo.evaluation.bootstrap import bootstrap, bootstrap_units, percentile_interval
from mmzoo.files import atomic_file
from mmzoo.training.measure import other_samples

SPLITS = ("train", "valid", "test")
WINDOW = 2
PENALTIES = 10.0 ** np.arange(0, 9.5, 0.5)
WIDTHS, POINTS = (0.3, 1.0, 3.0), 200
PREDICTABLE = 0.1
SHOWN = 10
LABEL = "label"
COLUMNS = {
    "step": "ridge from the source's frames t-2 ... t+2",
    "mean": "ridge from the mean of the source's frames",
    "kernel": "ridge on a Gaussian kernel of frame t and the mean",
    "valid": "the best of these three on validation, there",
    "test": "the same one on test",
    "shuffled": "the same fit, given the source of another test sample",
    "own mean": "the true mean of the target's sequence, which no source tells",
    "within": "of what deviates from that mean, the share that frame t tells",
    "past": "ridge from the true frame before (teacher forcing)",
    "past+source": "the same, and what `step` and `mean` read",
    "columns": "columns that gain more than .1 over `shuffled` on validation",
    "of these": "what these explain on test",
}


def standardised(corpus):
    """Frames `(samples, steps, features)` and masks, by modality and split."""
    splits = {name: corpus.splits[name] for name in SPLITS}
    steps = max(int(split.lengths.max()) for split in splits.values())
    found = {}
    for name in corpus.modalities:
        padded = {
            key: split.sequences[name].padded(np.arange(len(split)), steps)
            for key, split in splits.items()
        }
        layer = mmzoo.layers.MaskedNormalization()
        frames, mask = padded["train"]
        layer.adapt(frames[mask])
        found[name] = {
            key: (keras.ops.convert_to_numpy(layer(each, mask=where)), where)
            for key, (each, where) in padded.items()
        }
    if corpus.target == "sentiment":
        labels = {key: label_frames(split, steps) for key, split in splits.items()}
        found[LABEL] = labels
    return found


def label_frames(split, steps):
    """The label at every step, as if it were a modality of one column."""
    if isinstance(split.labels, mmzoo.data.Sequences):
        frames, mask = split.labels.padded(np.arange(len(split)), steps)
    else:
        mask = np.arange(steps) < split.lengths[:, None]
        frames = np.where(mask, np.asarray(split.labels)[:, None], 0.0)[..., None]
    return np.nan_to_num(frames), mask


def means(frames, mask):
    """The mean observed frame of each sequence, at every step."""
    count = np.maximum(mask.sum(axis=1), 1)[:, None, None]
    return np.broadcast_to(
        (frames * mask[..., None]).sum(axis=1, keepdims=True) / count, frames.shape
    )


def window(frames, mask):
    """Each frame with those around it, `(samples, steps, (2 * WINDOW + 1) * F)`."""
    steps = frames.shape[1]
    padded = np.pad(frames, [(0, 0), (WINDOW, WINDOW), (0, 0)])
    return np.concatenate(
        [padded[:, first : first + steps] for first in range(2 * WINDOW + 1)], axis=-1
    )


def frame_and_mean(frames, mask):
    """Each frame, and the mean of its sequence."""
    return np.concatenate([frames, means(frames, mask)], axis=-1)


def centred(frames, mask):
    """Frames less the mean of their sequence, zeros where not observed."""
    return np.where(mask[..., None], frames - means(frames, mask), 0.0)


def ridge(x, y):
    """A function that predicts, with a penalty a column that validation chooses."""
    x_mean, y_mean = x["train"].mean(axis=0), y["train"].mean(axis=0)
    inputs = (x["train"] - x_mean).astype("float64")
    values, vectors = np.linalg.eigh(inputs.T @ inputs)
    values = np.maximum(values, 0.0)
    turned = vectors.T @ (inputs.T @ (y["train"] - y_mean))

    def predict(rows, penalty):
        return y_mean + ((rows - x_mean) @ vectors) @ (
            turned / (values[:, None] + penalty)
        )

    errors = [
        np.square(y["valid"] - predict(x["valid"], penalty)).sum(axis=0)
        for penalty in PENALTIES
    ]
    penalty = PENALTIES[np.argmin(errors, axis=0)]
    return lambda rows: predict(rows, penalty)


def kernel_ridge(x, y):
    """The same on a Gaussian kernel, whose width validation chooses."""
    best = (np.inf, None)
    for width in WIDTHS:
        gamma = width / x["train"].shape[1]
        points = min(POINTS, len(x["train"]))
        features = Nystroem(gamma=gamma, n_components=points, random_state=0)
        features.fit(x["train"])
        fitted = ridge({key: features.transform(each) for key, each in x.items()}, y)

        def predict(rows, features=features, fitted=fitted):
            return fitted(features.transform(rows))

        error = np.square(y["valid"] - predict(x["valid"])).sum()
        best = min(best, (error, predict), key=lambda each: each[0])
    return best[1]


class Pair:
    """One source and one target on one cut of the corpus."""

    def __init__(self, frames, source, target):
        self.source, self.target = frames[source], frames[target]
        self.mask = {key: mask for key, (_, mask) in self.target.items()}
        self.y = {key: each[mask] for key, (each, mask) in self.target.items()}

    def rows(self, view, frames=None):
        """What a view shows at the target's observed steps, by split."""
        frames = self.source if frames is None else frames
        return {key: view(*each)[self.mask[key]] for key, each in frames.items()}

    def errors(self, predicted, key, truth=None):
        """Squared errors and deviations, `(2, samples, columns)`."""
        truth = self.y[key] if truth is None else truth
        owner = np.nonzero(self.mask[key])[0]
        sums = np.zeros((2, len(self.mask[key]), truth.shape[1]))
        np.add.at(sums[0], owner, np.square(truth - predicted))
        np.add.at(sums[1], owner, np.square(truth))
        return sums

    def limits(self):
        """Errors and deviations of each limit, and which columns are predictable."""
        x = {name: self.rows(view) for name, view in VIEWS.items()}
        fits = {name: FITS[name](x[name], self.y) for name in VIEWS}
        valid, found = (
            {name: self.errors(fits[name](x[name][key]), key) for name in VIEWS}
            for key in ("valid", "test")
        )
        best = min(valid, key=lambda name: valid[name][0].sum())
        shuffled = self._shuffled(best, fits[best])
        found |= {"valid": valid[best], "test": found[best]}
        found |= {"shuffled": shuffled["test"], **self._controls(x["step"], x["mean"])}
        gain = explained(valid[best], 0) - np.maximum(
            explained(shuffled["valid"], 0), 0
        )
        return found, gain > PREDICTABLE

    def _shuffled(self, best, predict):
        """The fit on the source of another sample of the split."""
        frames = {
            key: [each[other_samples(len(each), seed=0)] for each in self.source[key]]
            for key in ("valid", "test")
        }
        x = self.rows(VIEWS[best], frames)
        return {key: self.errors(predict(x[key]), key) for key in frames}

    def _controls(self, step, mean):
        past = self.rows(copy_previous, self.target)
        both = {
            key: np.concatenate([past[key], step[key], mean[key]], axis=-1)
            for key in past
        }
        x, y = self.rows(centred), self.rows(centred, self.target)
        return {
            "own mean": self.errors(self.rows(means, self.target)["test"], "test"),
            "within": self.errors(ridge(x, y)(x["test"]), "test", y["test"]),
            "past": self.errors(ridge(past, self.y)(past["test"]), "test"),
            "past+source": self.errors(ridge(both, self.y)(both["test"]), "test"),
        }


VIEWS = {"step": window, "mean": means, "kernel": frame_and_mean}
FITS = {"step": ridge, "mean": ridge, "kernel": kernel_ridge}


def explained(sums, axis=None):
    """Explained variance of all columns together, or (`axis=0`) of each."""
    over = (0, 1) if axis is None else 0
    error, deviation = sums.sum(axis=tuple(np.add(over, 1).reshape(-1)))
    return np.where(deviation > 0, 1 - error / np.where(deviation > 0, deviation, 1), 0)


def interval(sums, groups):
    """The 95 % interval of the explained variance, over videos."""
    errors, deviations = sums.sum(axis=2)
    units, _ = bootstrap_units(groups, len(errors))
    draws = bootstrap(lambda w: variance_explained(errors, deviations, w), units)
    return percentile_interval(draws)


def measure(cuts, source, target):
    """The limits of one pair, over all cuts of the corpus together."""
    sums, chosen, groups = {}, [], []
    for corpus, frames in cuts:
        found, predictable = Pair(frames, source, target).limits()
        # A column counts in the cuts that choose it.
        for name, of in (("test", "of these"), ("shuffled", "shuffled of these")):
            found[of] = found[name] * predictable
        for name, each in found.items():
            sums.setdefault(name, []).append(each)
        chosen.append(np.flatnonzero(predictable).tolist())
        groups += corpus.test.groups
    sums = {name: np.concatenate(parts, axis=1) for name, parts in sums.items()}
    by_column = explained(sums["test"], 0)
    return {
        **{name: float(explained(each)) for name, each in sums.items()},
        "interval": interval(sums["test"], groups),
        "interval of these": interval(sums["of these"], groups),
        "columns": float(np.mean([len(each) for each in chosen])),
        "chosen": chosen,
        "by column": by_column.tolist(),
    }


def table(limits):
    """The limits of all pairs as text."""
    lines = [f"{'':<16}" + "".join(f"{name:>12}" for name in COLUMNS)]
    for pair, found in limits.items():
        cells = [found[name] for name in COLUMNS]
        lines.append(f"{pair:<16}" + "".join(f"{each:>12.3f}" for each in cells))
        for name in ("interval", "interval of these"):
            low, high = found[name]
            lines.append(f"    {name}: {low:.3f} to {high:.3f}")
        best = np.argsort(found["by column"])[::-1][:SHOWN]
        told = ", ".join(f"{at}: {found['by column'][at]:.2f}" for at in best)
        lines.append(f"    best columns on test: {told}")
        lines.append(f"    chosen on validation: {found['chosen']}")
    return "\n".join(lines)


def cuts_of(arguments):
    """The corpus as it is split, or its folds, each with its frames."""
    corpus = mmzoo.data.read(arguments.corpus, arguments.protocol)
    if not arguments.folds:
        return [(corpus, standardised(corpus))]
    groups = corpus.test.groups
    folds = corpus.k_fold(arguments.folds, groups=len(set(groups)) < len(groups))
    return [(fold, standardised(fold)) for fold in folds]


def with_columns(corpus, name, columns):
    """The corpus with some columns of a modality alone."""
    splits = corpus.splits.items()
    rows = {key: split.sequences[name].columns(columns) for key, split in splits}
    return corpus.with_modality(name, rows)


def main():
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", metavar="CORPUS", help="anything that mmzoo reads")
    parser.add_argument("--protocol", help="how to split it, such as dialogue")
    parser.add_argument("--folds", type=int, help="cross-validate over all samples")
    parser.add_argument("--pair", nargs="+", help="such as video->audio (all)")
    parser.add_argument("--json", metavar="FILE", help="write the figures here, too")
    parser.add_argument(
        "--predictable",
        metavar="FILE.h5",
        help="write the corpus here, with only those columns of the first pair's "
        "target that validation found predictable",
    )
    arguments = parser.parse_args()
    if arguments.predictable and arguments.folds:
        parser.error("--predictable: each of the --folds chooses columns of its own")
    cuts = cuts_of(arguments)
    frames = cuts[0][1]
    pairs = arguments.pair or [
        f"{source}->{target}"
        for target in frames
        for source in frames
        if target not in (source, LABEL)
    ]
    limits = {pair: measure(cuts, *pair.split("->")) for pair in pairs}
    for name, meaning in COLUMNS.items():
        print(f"{name:<18} {meaning}")
    print(table(limits))
    if arguments.predictable:
        chosen, target = limits[pairs[0]]["chosen"][0], pairs[0].split("->")[1]
        if not chosen:
            parser.error(f"--predictable: no column of {pairs[0]} is, see `columns`")
        with_columns(cuts[0][0], target, chosen).save(arguments.predictable)
    if arguments.json:
        with atomic_file(arguments.json) as path:
            path.write_text(json.dumps(limits, indent=1) + "\n")


if __name__ == "__main__":
    main()
