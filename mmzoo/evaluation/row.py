"""A row of a report: one variant, trained with several seeds, on the test split."""

import dataclasses
import functools

import numpy as np

from mmzoo.evaluation.bootstrap import (
    NUM_RESAMPLES,
    bootstrap,
    bootstrap_units,
    percentile_interval,
)
from mmzoo.evaluation.metrics.by_class import metrics_by_class
from mmzoo.evaluation.metrics.classification import class_indices
from mmzoo.evaluation.metrics.emotions import metrics_by_emotion
from mmzoo.evaluation.metrics.latent import LATENT_METRICS
from mmzoo.evaluation.metrics.translation import (
    TRANSLATION_METRICS,
    translation_score,
)
from mmzoo.evaluation.row_kind import EMOTIONS, kind_for

GROUP_KINDS = ("clip", "dialogue", "group", "image", "person", "picture", "speaker")
GROUP_KINDS += ("tweet", "video", "word")
SIZES = ("parameters", "trainable_parameters")


@dataclasses.dataclass(frozen=True)
class Row:
    """What one variant predicted, and the metrics of it.

    Args:
        name: the variant, such as `"text->audio"`.
        training: `"phases"`, `"end-to-end"`, or how else it was fitted.
        labels: float array of shape `(N,)`, the test split's labels; with `classes`
            the index of each sample's class, from 0; with the target `"emotions"`
            `(N, classes)`, 1 where a sample has a class, 0 where not, else NaN.
        predictions: float array of shape `(seeds, N)`; `(N,)` counts as one seed.
            With `classes` the index of the class that is predicted; of emotions
            `(seeds, N, classes)`, 1 or 0.
        groups: one name a sample, the video it comes from, or its speaker; None
            where unknown.
        control: what it is a control of, such as `"untrained encoder"`. A control
            of the same name and training as another row is read beside that row.
        explained: dict from a name of `TRANSLATION_METRICS` to
            `(errors (seeds, M), deviations (M,))` by test sequence, as
            `translation_errors` gives them, or to the like sums of tokens, see
            `translation_score`. Empty where nothing is translated.
        history: one dict a seed, `{phase: {metric: [a value an epoch]}}`.
        seconds: wall time of all trainings, what measured them included.
        epochs: how many epochs these trainings had together; 0 where unknown.
        extra: anything else to keep, as JSON.
        classes: names of the classes, in the order of their indices. Defaults to
            `None`: labels are numbers.
        group_kind: what `groups` are, such as "video" or "speaker". Defaults to
            `"video"`.
        target: what the labels say. Defaults to `"sentiment"`; of any other, such as
            `"valence"`, labels that are no classes are ratings.
        parameters: how many weights the model has. Defaults to `None`: not known, or
            there is no network.
        trainable_parameters: how many of them training changes. Defaults to `None`.
        tuning: how its options were chosen: a dict with the `space`, from the name of
            an option to its range or choices, and the `trials`. Empty where they were
            given.
        latent: dict from a name of `LATENT_METRICS` to its values, one a seed. Empty
            where no latent vector was measured.
        members: titles of the rows that this one is the mean of. Empty where it was
            trained itself.
        probabilities: float array of shape `(seeds, N, classes)`, what was said of
            each class. Defaults to `None`: not known, or there are no classes.

    Example:
    ```python
    from mmzoo.evaluation import Row

    labels = np.array([-2.0, 1.0, 0.0, 3.0])
    row = Row("text", "end-to-end", labels, predictions=[labels, labels + 0.5])
    row.metrics["mae"]["values"]  # [0.0, 0.5]

    emotions = ("calm", "sad")
    row = Row("audio", "supervised", [0, 1, 1], [0, 1, 0], classes=emotions)
    row.metrics["uar"]["mean"]  # 0.75
    ```
    """

    name: str
    training: str
    labels: np.ndarray
    predictions: np.ndarray
    groups: tuple = None
    control: str = None
    explained: dict = dataclasses.field(default_factory=dict)
    history: list = dataclasses.field(default_factory=list)
    seconds: float = 0.0
    epochs: int = 0
    extra: dict = dataclasses.field(default_factory=dict)
    classes: tuple = None
    group_kind: str = "video"
    target: str = "sentiment"
    parameters: int = None
    trainable_parameters: int = None
    tuning: dict = dataclasses.field(default_factory=dict)
    latent: dict = dataclasses.field(default_factory=dict)
    members: tuple = ()
    probabilities: np.ndarray | None = None

    def __post_init__(self):
        set_field = functools.partial(object.__setattr__, self)
        set_field("members", tuple(self.members))
        set_field("labels", np.asarray(self.labels, "float64"))
        found = np.asarray(self.predictions, "float64")
        one = found.ndim == self.labels.ndim
        set_field("predictions", found[None] if one else found)
        if self.classes is not None:
            set_field("classes", self._checked_classes())
        if self.classes is not None and self.kind is not EMOTIONS:
            for field in ("labels", "predictions"):
                set_field(field, self._class_indices(field))
        several = self.kind is EMOTIONS
        size = (*self.labels.shape[:1], *([len(self.classes or ())] * several))
        if not size or {self.labels.shape, self.predictions.shape[1:]} != {size}:
            shown = "N, classes" if several else "N,"
            raise ValueError(
                f"Row {self.title!r}: `predictions` must have shape (seeds, "
                f"{shown.strip(',')}) for labels of shape ({shown}); received "
                f"{self.predictions.shape} and {self.labels.shape}."
            )
        if self.groups is not None:
            set_field("groups", tuple(map(str, self.groups)))
        if self.groups is not None and len(self.groups) != len(self.labels):
            raise ValueError(
                f"Row {self.title!r}: `groups` must name a group for each of the "
                f"{len(self.labels)} labels; received {len(self.groups)}."
            )
        self._check_names("explained", TRANSLATION_METRICS)
        self._check_names("latent", LATENT_METRICS)
        if self.group_kind not in GROUP_KINDS:
            raise ValueError(
                f"Row {self.title!r}: `group_kind` must be one of {GROUP_KINDS}; "
                f"received {self.group_kind!r}."
            )
        for field in SIZES:
            set_field(field, self._count(field))
        self._check_probabilities()

    def _check_probabilities(self):
        if self.probabilities is None:
            return
        found = np.asarray(self.probabilities, "float64")
        object.__setattr__(self, "probabilities", found)
        size = (*self.predictions.shape[:2], len(self.classes or ()))
        if found.shape != size:
            raise ValueError(
                f"Row {self.title!r}: `probabilities` must have shape (seeds, N, "
                f"classes), here {size}; received {found.shape}."
            )

    def _check_names(self, field, known):
        unknown = sorted(set(getattr(self, field)) - set(known))
        if unknown:
            raise ValueError(
                f"Row {self.title!r}: `{field}` has {unknown}; known are "
                f"{sorted(known)}."
            )

    def _count(self, field):
        value = getattr(self, field)
        if value is not None and (value < 0 or value != int(value)):
            raise ValueError(
                f"Row {self.title!r}: `{field}` must be a number of weights, or None "
                f"where none are known; received {value!r}."
            )
        return None if value is None else int(value)

    def _checked_classes(self):
        # A lone name would be taken for its letters.
        names = () if isinstance(self.classes, str) else tuple(map(str, self.classes))
        if len(set(names)) < max(2, len(names)):
            raise ValueError(
                f"Row {self.title!r}: `classes` must be two names or more, each of "
                f"them once; received {self.classes!r}."
            )
        return names

    def _class_indices(self, field):
        try:
            return class_indices(field, getattr(self, field), len(self.classes))
        except ValueError as error:
            raise ValueError(f"Row {self.title!r}: {error}") from error

    @property
    def kind(self):
        """What rows like this one are measured and judged by."""
        return kind_for(self.classes, self.target)

    @property
    def title(self):
        """The row's name, and which control it is."""
        if self.control in (None, "", self.name):
            return self.name
        return f"{self.control}: {self.name}"

    def is_control_of(self, row):
        """Whether this row differs from another in what it controls for alone."""
        same = (self.name, self.training) == (row.name, row.training)
        return bool(self.control) and not row.control and same

    def select(self, indices):
        """The row on some of its samples; what it translates is left out."""
        groups = None if self.groups is None else [self.groups[i] for i in indices]
        chances = self.probabilities
        return dataclasses.replace(
            self,
            labels=self.labels[indices],
            predictions=self.predictions[:, indices],
            probabilities=None if chances is None else chances[:, indices],
            groups=groups,
            explained={},
            latent={},
        )

    @property
    def over_seeds(self):
        """Whether the row is one answer, the mean over the seeds of another."""
        return len(self.members) == 1

    @property
    def num_seeds(self):
        return len(self.predictions)

    @functools.cached_property
    def units(self):
        """`(unit of each sample, kind of unit)` that the bootstrap draws."""
        return bootstrap_units(self.groups, len(self.labels), self.group_kind)

    @property
    def few_groups(self):
        """How many groups there are, where they are too few to draw; else 0."""
        names = set(self.groups or ())
        drawn = self.units[1] == "sample" and len(names) < len(self.labels)
        return len(names) if drawn else 0

    @functools.cached_property
    def metrics(self):
        """By metric: `mean`, `std`, `values` a seed, `ci95` of the mean.

        `std` is the sample standard deviation over the seeds (0 with one seed).
        `ci95` is the percentile bootstrap over test samples, or over groups (videos
        or speakers) that several samples come from where there are at least 10, of
        the metric averaged over the seeds.

        What is undefined, such as the correlation with a constant, is NaN; so is the
        mean, where it is undefined with one of the seeds.
        """
        by_seed = self._scores_by_seed()
        draws = bootstrap(self._draws, self.units[0]).mean(axis=1)
        summary = {
            name: _summary([scores[name] for scores in by_seed], draws[:, i])
            for i, name in enumerate(self.kind.metrics)
        }
        return {**summary, **self._explained_summary()}

    @functools.cached_property
    def by_emotion(self):
        """By metric and emotion: `mean`, `std`, `values` a seed; of other kinds empty.

        NaN where no sample says anything of an emotion.
        """
        if self.kind is not EMOTIONS:
            return {}
        by_seed = [metrics_by_emotion(self.labels, each) for each in self.predictions]
        return _by_name(by_seed, self.classes)

    @functools.cached_property
    def by_class(self):
        """By score and class: `mean`, `std`, `values` a seed.

        Of sentiment the classes are the seven of `acc7`; empty where there are none.
        """
        if self.kind.classes_of is None:
            return {}
        names = self.classes or self.kind.class_names
        true, *said = map(self.kind.classes_of, (self.labels, *self.predictions))
        by_seed = [metrics_by_class(true, each, len(names)) for each in said]
        return _by_name(by_seed, names)

    def _scores_by_seed(self):
        try:
            return [self.kind.score(self.labels, p) for p in self.predictions]
        except ValueError as error:
            raise ValueError(f"Row {self.title!r}: {error}") from error

    def _draws(self, weights, names=None):
        """The row's metrics on each resample, `(resamples, seeds, metrics)`."""
        by_seed = []
        for predictions in self.predictions:
            scores = self.kind.score(self.labels, predictions, weights, names)
            by_seed.append(np.stack(list(scores.values()), axis=-1))
        return np.stack(by_seed, axis=1)

    def metric_draws(self, metric, num_resamples=NUM_RESAMPLES):
        """One metric of the row on the bootstrap resamples, `(resamples, seeds)`."""

        def statistic(weights):
            return self._draws(weights, [metric])[..., 0]

        return bootstrap(statistic, self.units[0], num_resamples)

    def explained_draws(self, metric):
        """One translation metric on the bootstrap resamples, `(resamples, seeds)`."""
        errors, deviations = self._errors(metric)
        # Utterances share videos as their labels do; whole dialogues are units.
        groups = self.groups if len(deviations) == len(self.labels) else None
        units = bootstrap_units(groups, len(deviations))[0]

        def statistic(weights):
            by_seed = [
                translation_score(metric, e, deviations, weights) for e in errors
            ]
            return np.stack(by_seed, axis=1)

        return bootstrap(statistic, units)

    def _errors(self, metric):
        errors, deviations = self.explained[metric]
        errors = np.atleast_2d(np.asarray(errors, "float64"))
        deviations = np.asarray(deviations, "float64")
        if errors.shape[1:2] != deviations.shape or not np.isfinite(errors).all():
            raise ValueError(
                f"Row {self.title!r}: `explained[{metric!r}]` must be finite errors "
                "of shape (seeds, M) and deviations of shape (M,); received "
                f"{errors.shape} and {deviations.shape}."
            )
        return errors, deviations

    def _explained_summary(self):
        summary = {}
        for name in TRANSLATION_METRICS:
            if name in self.explained:
                errors, deviations = self._errors(name)
                values = [translation_score(name, e, deviations) for e in errors]
                draws = self.explained_draws(name).mean(axis=1)
                summary[name] = _summary(values, draws)
        return summary

    def to_dict(self):
        """The row as `report.json` holds it; what is undefined is None."""
        row = {"name": self.name, "training": self.training}
        if self.control:
            row["control"] = self.control
        row["metrics"] = {name: _as_json(each) for name, each in self.metrics.items()}
        for part in ("by_emotion", "by_class"):
            if found := getattr(self, part):
                row[part] = {
                    score: {name: _as_json(each) for name, each in by_name.items()}
                    for score, by_name in found.items()
                }
        if self.latent:
            row["latent"] = {
                name: _of_seeds(values) for name, values in self.latent.items()
            }
        row["num_seeds"] = self.num_seeds
        row["seconds"] = float(self.seconds)
        row["seconds_per_seed"] = float(self.seconds) / self.num_seeds
        if self.epochs:
            row["epochs"] = int(self.epochs)
        sizes = {name: getattr(self, name) for name in SIZES}
        row |= {name: size for name, size in sizes.items() if size is not None}
        row["resampled"] = self.units[1]
        if self.members:
            row["members"] = list(self.members)
        if self.tuning:
            row["tuning"] = self.tuning
        if self.extra:
            row["extra"] = self.extra
        return row


def _summary(values, draws):
    return {**_of_seeds(values), "ci95": percentile_interval(draws)}


def _by_name(by_seed, names):
    """Scores of each class, one dict a seed, by score and name of the class."""
    found = {score: np.stack([each[score] for each in by_seed]) for score in by_seed[0]}
    return {
        score: {name: _of_seeds(values[:, i]) for i, name in enumerate(names)}
        for score, values in found.items()
    }


def _of_seeds(values):
    mean, spread = np.mean(values), np.std(values, ddof=1) if len(values) > 1 else 0.0
    return {
        "mean": float(mean),
        "std": float(mean if np.isnan(mean) else spread),
        "values": [float(value) for value in values],
    }


def _as_json(summary):
    """A summary without NaN, which JSON does not know."""
    return {
        key: [*map(_defined, each)] if isinstance(each, list) else _defined(each)
        for key, each in summary.items()
    }


def _defined(value):
    return None if np.isnan(value) else value
