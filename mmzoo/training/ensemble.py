"""Ensembles: the mean of what rows answer, with no training of their own."""

import dataclasses

import numpy as np

from mmzoo.spelling import did_you_mean

TRAINING = "ensemble"
# What the name of such a row begins with, before those of its members.
ENSEMBLE = "ensemble of "
_SIZES = ("parameters", "trainable_parameters")
_SUMS = ("seconds", *_SIZES)


def check_ensembles(ensembles, seeds):
    """Refuse an ensemble that no rows can make.

    Args:
        ensembles: lists of titles of rows.
        seeds: dict from the title of each row that there is to how many seeds it has.

    Raises:
        ValueError: naming the ensemble and the fault.
    """
    for members in ensembles:
        if not members or len(set(members)) < len(members):
            raise ValueError(
                f"`ensembles`: {list(members)} needs rows, each of them once."
            )
        for name in members:
            if name not in seeds:
                raise ValueError(
                    f"`ensembles`: there is no row {name!r} among {sorted(seeds)}."
                    f"{did_you_mean(name, seeds)}"
                )
        counts = {name: seeds[name] for name in members}
        if len(set(counts.values())) > 1:
            raise ValueError(
                f"`ensembles`: rows are averaged seed by seed, but have {counts}: take "
                "rows with as many, such as the ensemble of each row over its seeds."
            )
        if len(members) == 1 and counts[members[0]] < 2:
            raise ValueError(
                f"`ensembles`: {list(members)} has one row of one seed, which is its "
                "own mean: name two rows or more, or train more seeds."
            )


def ensemble_rows(ensembles, rows):
    """The ensembles of a report, and why others cannot be made.

    Args:
        ensembles: lists of titles of rows, `Row.title`.
        rows: list of `Row`, controls among them.

    Returns:
        List of `Row`, and list of str, a sentence an ensemble that is left out.
    """
    named = {row.title: row for row in rows}
    found, left_out = [], []
    for names in ensembles:
        try:
            found.append(ensemble_row([named[name] for name in names]))
        except ValueError as error:
            left_out.append(f"No ensemble of {', '.join(names)}: {error}")
    return found, left_out


def ensemble_row(members):
    """The row whose answers are the mean of those of other rows.

    Of several rows it is the mean seed by seed; of one row, the mean over its seeds,
    which is one answer. Where rows have classes, it is the class that is most probable
    by the mean of their probabilities. The squared error of a mean of scores is at most
    that of its members on average (Krogh and Vedelsby, 1994), and the less alike their
    errors the smaller it is. All count alike, so that nothing is chosen by any split.

    Args:
        members: list of `Row` with the same labels and number of seeds.

    Returns:
        A `Row` with the training `"ensemble"`; it costs what its members cost, and over
        seeds has the weights of all of them.

    Raises:
        ValueError: a member has classes, but no probabilities.

    Example:
    ```python
    from mmzoo.evaluation import Row
    from mmzoo.training import ensemble_row

    labels = np.array([-2.0, 1.0, 0.0, 3.0])
    high, low = (
        Row(name, "supervised", labels, labels + by)
        for name, by in (("text", 0.5), ("audio", -0.5))
    )
    ensemble_row([high, low]).metrics["mae"]["mean"]  # 0.0
    ```
    """
    held = {name: [getattr(row, name) for row in members] for name in _SUMS}
    if len(members) == 1:
        # The seconds are those of all seeds already.
        for name in _SIZES:
            held[name] *= members[0].num_seeds
    return dataclasses.replace(
        members[0],
        name=ENSEMBLE + ", ".join(row.title for row in members),
        control=None,
        training=TRAINING,
        **_mean(members),
        members=tuple(row.title for row in members),
        explained={},
        # Those of its members differ in what they cost.
        epochs=0,
        history=[],
        extra={},
        tuning={},
        latent={},
        **{name: None if None in each else sum(each) for name, each in held.items()},
    )


def _mean(members):
    """The predictions of an ensemble, with their probabilities where it has classes."""
    if not members[0].classes:
        found = [row.predictions for row in members]
        return {"predictions": _over(found)}
    for row in members:
        if row.probabilities is None:
            raise ValueError(
                f"how probable the classes of {row.name!r} are is not known, since it "
                "was trained by an older version: train it anew, in another folder."
            )
    mean = _over([row.probabilities for row in members])
    several = members[0].labels.ndim > 1
    said = (mean > 0.5).astype("float64") if several else mean.argmax(axis=-1)
    return {"predictions": said, "probabilities": mean}


def _over(found):
    """The mean over several rows by seed, or over the seeds of one."""
    return np.mean(found, axis=0) if len(found) > 1 else np.mean(found[0], 0)[None]
