"""Ensembles: the mean of what several rows answer, with no training of their own."""

import dataclasses

import numpy as np

from mmzoo.spelling import did_you_mean

TRAINING = "ensemble"
# What the name of such a row begins with, before those of its members.
ENSEMBLE = "ensemble of "
_SUMS = ("seconds", "parameters", "trainable_parameters")


def check_ensembles(ensembles, names, classes):
    """Refuse an ensemble that no rows can make.

    Args:
        ensembles: lists of names of rows.
        names: the names of the rows that there are.
        classes: the classes that the rows answer, or None where they answer scores.

    Raises:
        ValueError: naming the ensemble and the fault.
    """
    for members in ensembles:
        if len(members) < 2 or len(set(members)) < len(members):
            raise ValueError(
                f"`ensembles`: {list(members)} needs two rows or more, each once."
            )
        for name in members:
            if name not in names:
                raise ValueError(
                    f"`ensembles`: there is no row {name!r} among {sorted(names)}."
                    f"{did_you_mean(name, names)}"
                )
    # Of classes the rows keep what was said, not how probable each was.
    if ensembles and classes:
        raise ValueError(
            "`ensembles` average scores, and these data have classes: the model "
            "late_fusion_network with the fusion 'average' averages probabilities."
        )


def ensemble_row(members):
    """The row whose answers are the mean of those of other rows, seed by seed.

    The mean of regressors is at most as wrong as they are on average (Krogh and
    Vedelsby, 1994), and the less alike their errors the better it is. All count alike,
    so that nothing is chosen by any split.

    Args:
        members: list of `Row` with the same labels and number of seeds.

    Returns:
        A `Row` with the training `"ensemble"`; it costs what its members cost.

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
    return dataclasses.replace(
        members[0],
        name=ENSEMBLE + ", ".join(row.name for row in members),
        training=TRAINING,
        predictions=np.mean([row.predictions for row in members], axis=0),
        members=tuple(row.name for row in members),
        explained={},
        # Those of its members differ in what they cost.
        epochs=0,
        history=[],
        extra={},
        tuning={},
        latent={},
        **{name: None if None in each else sum(each) for name, each in held.items()},
    )
