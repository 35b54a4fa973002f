"""`mmzoo evaluate`: the metrics of predictions and translations."""

import numpy as np

from mmzoo.command.answers import chances, scores
from mmzoo.command.fit import answers
from mmzoo.command.opened import counts, open_both
from mmzoo.evaluation import (
    classification_metrics,
    metric_definitions,
    variance_explained,
)
from mmzoo.evaluation._row_kind import kind_for
from mmzoo.training.measure import labelled, measure_translation


def evaluate(arguments):
    """Print each metric with its meaning.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        int, the exit status.
    """
    model, corpus, split = open_both(arguments)
    found = _judged(model, corpus, split) if answers(model) else {}
    explained, others = _explained(model, corpus, split)
    print(counts(corpus, arguments, split, model, others))
    for name, score in (found | explained).items():
        meaning = " ".join(metric_definitions()[name].partition("\n\n")[0].split())
        print(f"{name:<26} {score:8.4f}  {meaning}")
    return 0


def _judged(model, corpus, split):
    """The metrics of the predictions."""
    labels = labelled(split)[0]
    if not getattr(model, "classes", None):
        return kind_for(None, corpus.target).score(labels, scores(model, split))
    # The corpus may lack some of the model's classes, or order them otherwise.
    place = np.array([model.classes.index(each) for each in corpus.classes])
    predicted = chances(model, split).argmax(axis=1)
    return classification_metrics(place[labels.astype(int)], predicted)


def _explained(model, corpus, split):
    """What a translation explains, and what it reads, where its target is there."""
    translator = getattr(model, "translator", model)
    dims = {name: corpus.input_dims.get(name) for name in translator.input_dims}
    if not hasattr(translator, "translate") or dims != translator.input_dims:
        return {}, ()
    found, _ = measure_translation(translator, split)
    explained = {name: variance_explained(*each) for name, each in found.items()}
    return explained, translator.reads
