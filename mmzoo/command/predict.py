"""`mmzoo predict`: a csv of answers, or what one clip is."""

from mmzoo.command.answers import chances, check_answers, scores
from mmzoo.command.opened import counts, open_both
from mmzoo.evaluation._files import csv_text
from mmzoo.files import write_atomically
from mmzoo.models import load
from mmzoo.prediction import predict
from mmzoo.training.measure import labelled

HEADER = ("id", "group", "label", "predicted")
CLIP = ("audio", "text", "image")


def predict_rows(arguments):
    """Write a csv with id, group, label and predicted, a line a label.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        int, the exit status.
    """
    model, corpus, split = open_both(arguments)
    check_answers(model, arguments.model)
    labels, ids, groups = labelled(split)
    header, columns = list(HEADER), []
    if getattr(model, "classes", None):
        found = chances(model, split)
        predicted = [model.classes[each] for each in found.argmax(axis=1)]
        labels = [corpus.classes[int(each)] for each in labels]
        header += [f"probability_{name}" for name in model.classes]
        columns = found.T.tolist()
    else:
        predicted, labels = scores(model, split).tolist(), labels.tolist()
    rows = zip(ids, groups, labels, predicted, *columns, strict=True)
    write_atomically(arguments.output, csv_text(header, rows))
    print(f"{counts(corpus, arguments, split, model)}\nwrote {arguments.output}")
    return 0


def predict_clip(arguments):
    """Print what the model says of one clip, and write it where `--output` says.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        int, the exit status.
    """
    given = {name: getattr(arguments, name) for name in CLIP}
    clip = {name: value for name, value in given.items() if value is not None}
    model = load(arguments.model)
    check_answers(model, arguments.model)
    _check_clip(model, clip, arguments.model)
    answer = predict(model, **clip)
    said, found = answer[model.target], answer.get("probabilities", {})
    width = max(map(len, [model.target, *found])) + 2
    print(f"{model.target:<{width}}{said if found else format(said, '.4f')}")
    for name in sorted(found, key=found.get, reverse=True):
        print(f"{name:<{width}}{found[name]:.4f}")
    if arguments.output:
        header = [*HEADER, *(f"probability_{name}" for name in found)]
        id = clip.get("audio") or clip.get("image") or "clip"
        row = [id, id, "", said, *found.values()]
        write_atomically(arguments.output, csv_text(header, [row]))
        print(f"wrote {arguments.output}")
    return 0


def _check_clip(model, clip, path):
    features = [name for name in model.source if name not in model.front_ends]
    if features:
        raise ValueError(
            f"{path}: the model reads {' and '.join(features)} as features, not as "
            "recordings or words. Give DATA that holds them."
        )
    if sorted(clip) != model.source:
        flags = " and ".join(f"--{name}" for name in model.source)
        raise ValueError(
            f"{path}: the model reads {' and '.join(model.source)}, not "
            f"{' and '.join(clip)}. Give {flags}."
        )
