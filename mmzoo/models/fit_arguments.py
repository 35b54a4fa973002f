"""What `fit`, `compile` and `evaluate` take of Keras' arguments, put into one form."""

import inspect

import keras
from keras import ops


def labels_and_mask(y, target, answers, x, modalities):
    """Labels as a batch of mmzoo's has them, whatever `fit` was given.

    Args:
        y: dict with the target and perhaps its mask, or the labels alone.
        target: str. Their name.
        answers: tensor with one entry a label.
        x: dict, the batch.
        modalities: names in it. Without a mask of their own, labels one a step count
            where any of these was observed, labels one a sequence always.

    Returns:
        `y` as a dict that holds the labels and their mask.
    """
    if y is None:
        raise ValueError(f"`y` is None: this model learns {target!r}, so pass labels.")
    y = dict(y) if isinstance(y, dict) else {target: y}
    if target not in y:
        raise ValueError(f"`y` has {sorted(y)}: this model learns {target!r}.")
    if y.get(f"{target}_mask") is None:
        y[f"{target}_mask"] = _observed(answers, x, modalities)
    return y


def _observed(answers, x, modalities):
    given = [name for name in modalities if name in x]
    masks = [x.get(f"{name}_mask") for name in given]
    if len(answers.shape) == 1 or not masks or any(mask is None for mask in masks):
        return ops.ones_like(answers, dtype="bool")
    observed = ops.cast(masks[0], "bool")
    for mask in masks[1:]:
        observed = ops.logical_or(observed, ops.cast(mask, "bool"))
    return observed


def by_name(method, *args, **kwargs):
    """The arguments of one of Keras' methods, however they were given.

    Args:
        method: the bound method.
        *args: what it is given by position.
        **kwargs: what it is given by name.

    Returns:
        Dict from name to value, without those that are left at their defaults.
    """
    bound = inspect.signature(method).bind(*args, **kwargs).arguments
    return bound | bound.pop("kwargs", {})


def refuse_lone_weights(target, x=None, y=None, sample_weight=None, **others):
    """Raise where arrays have weights but no `y`: Keras forgets such weights.

    Args:
        target: optional str. The name of the model's labels.
        x: what `fit` or `evaluate` reads.
        y: its labels.
        sample_weight: its weights.
        **others: its other arguments, of which `validation_data` is looked at too.
    """
    held_out = others.get("validation_data")
    given = [("", x, y, sample_weight)]
    if isinstance(held_out, (list, tuple)) and len(held_out) == 3:
        given.append(("`validation_data`: ", *held_out))
    for place, x, y, weights in given:
        if isinstance(x, dict) and y is None and weights is not None:
            remedy = f"pass the labels, {target!r}, as `y`"
            if target is None:
                remedy = "pass one number a sample as `y`, which this model never reads"
            raise ValueError(
                f"{place}`sample_weight` is given, but `y` is None, and Keras counts "
                f"no weights without `y`: {remedy}."
            )


def one_weight(sample_weight):
    """One array of sample weights: Keras repeats it for each entry of a dict `y`."""
    if isinstance(sample_weight, dict):
        return next(iter(sample_weight.values()))
    return sample_weight


def class_table(class_weight, classes, sample_weight=None):
    """The weight of every class, in their order, or `None` where there are none.

    Args:
        class_weight: dict from the index of a class to its weight, or `None`.
        classes: names of the model's classes, or `None`.
        sample_weight: what `fit` got besides, which must be `None`.

    Returns:
        Tuple of floats, 1 where the dict says nothing.
    """
    if class_weight is None:
        return None
    if classes is None:
        raise ValueError("`class_weight` needs classes: pass `sample_weight` instead.")
    if sample_weight is not None:
        raise ValueError(
            "`class_weight` and `sample_weight` are both given: multiply them into "
            "one `sample_weight`."
        )
    unknown = [key for key in class_weight if key not in range(len(classes))]
    if unknown:
        raise ValueError(
            f"`class_weight` names the classes {unknown}: its keys are indices, 0 to "
            f"{len(classes) - 1} for {list(classes)}."
        )
    return tuple(float(class_weight.get(i, 1.0)) for i in range(len(classes)))


def weight_of_classes(table, labels, mask):
    """The weight of each label's class; anything at all where it is masked.

    Args:
        table: what `class_table` returned.
        labels: class indices `(batch,)` or `(batch, timesteps)`; a last axis of length
            1 is dropped.
        mask: boolean tensor, True where there is a label.

    Returns:
        Float tensor, one a label.
    """
    if len(labels.shape) > 1 and labels.shape[-1] == 1:
        labels = ops.reshape(labels, (-1,))
    mask = ops.reshape(ops.cast(mask, "bool"), ops.shape(labels))
    labels = ops.where(mask, labels, ops.zeros_like(labels))
    return ops.take(ops.convert_to_tensor(table), ops.cast(labels, "int32"), axis=0)


def weight_of_positives(table, labels, mask):
    """The weight of each label 1 by its class; 1 where the label is 0.

    Args:
        table: what `class_table` returned.
        labels: tensor `(batch, classes)`, 1 or 0.
        mask: boolean tensor of the same shape, True where there is a label.

    Returns:
        Float tensor `(batch, classes)`.
    """
    positive = ops.logical_and(ops.cast(mask, "bool"), labels > 0)
    table = ops.convert_to_tensor(table)
    return ops.where(positive, table, ops.ones_like(table))


def check_label_smoothing(label_smoothing, classes, several):
    """Raise where labels are no classes, or the share is none, that can be smoothed.

    Args:
        label_smoothing: float, what `compile` got.
        classes: names of the classes, or `None`.
        several: whether a sample has any number of them.
    """
    if not 0 <= label_smoothing < 1:
        raise ValueError(
            f"`label_smoothing` is at least 0 and below 1, not {label_smoothing}."
        )
    if label_smoothing and (several or not classes):
        labels = "several classes a sample" if several else "no classes"
        raise ValueError(
            f"`label_smoothing={label_smoothing}` spreads a label over the classes of "
            f"which a sample has one, and here are {labels}: leave it out."
        )


def minimise(callbacks, names):
    """Let callbacks with `mode="auto"` seek low values of these logs, all errors.

    Keras asks only the metrics of `compile` which way is up.

    Args:
        callbacks: what `fit` takes as such.
        names: of the logs.
    """
    for callback in keras.tree.flatten(getattr(callbacks, "callbacks", callbacks)):
        watched = getattr(callback, "monitor", None)
        if isinstance(watched, str) and watched.removeprefix("val_") in names:
            if getattr(callback, "mode", None) == "auto":
                callback.mode = "min"


def refuse_losses(model, **given):
    """Raise where `compile` is to bring losses or metrics of its own.

    Args:
        model: the model that is compiled.
        **given: the arguments of `compile` that are refused, by name.
    """
    name = next((name for name, value in given.items() if value), None)
    if name is None:
        return
    logs = ", ".join(model.loss_trackers)
    remedy = "to train on another, override `loss_terms`"
    if "metrics" in name:
        remedy = "for others, give what `predict` answers to `mmzoo.evaluation`"
    raise ValueError(
        f"`compile({name}=...)` would count masked entries: leave it out, since the "
        f"model has masked losses of its own, logged as {logs}; {remedy}."
    )
