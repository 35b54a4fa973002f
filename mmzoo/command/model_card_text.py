"""The card of a model in lines for a person, in which nothing of a stranger's hides."""

import textwrap

from mmzoo.reading.visible_text import visible

WIDTH = 100
# Names and rows that a person has room for; the others are counted.
MOST_NAMES, MOST_ROWS = 8, 4
MOST_OF_CELL, MOST_OF_LINE = 40, 500
HASH = 12
UNKNOWN = "unknown"
# The target of which a sample has any number of classes; no model is imported for it.
EMOTIONS = "emotions"


def lines_of(found):
    """The lines of a model's inspection.

    Args:
        found: dict, as `read_model_card` returns it.

    Returns:
        List of str without control characters, none of them long.
    """
    found = _neutral(found)
    parts = [_model(found), _reads(found), _answers(found)]
    if found["has_card"]:
        parts += [_data(found), _figures(found)]
    parts.append(_options(found))
    told = "\n\n".join("\n".join(part) for part in map(list, parts) if part)
    return [_cut(line, MOST_OF_LINE) for line in told.split("\n")]


def _neutral(value):
    """The same with each text in one line in which nothing hides."""
    if isinstance(value, dict):
        return {_neutral(key): _neutral(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_neutral(each) for each in value]
    return visible(" ".join(value.split())) if isinstance(value, str) else value


def _model(found):
    yield f"{found['path']}: {found['class']}, {found['bytes']:,} bytes"
    if found["has_card"]:
        control = f", the control {found['control']!r}" if found["control"] else ""
        yield f"row {found['row']} ({found['training']}{control}), seed {found['seed']}"
        trained = f"{found['trainable_parameters']:,}"
        yield f"{found['parameters']:,} weights, of which training changes {trained}"
    else:
        yield "there is no card in it; its config.json tells this much"
    versions = _listed([f"{n} {each}" for n, each in found["versions"].items() if each])
    yield f"written {found['written_at'] or UNKNOWN}, with {versions or UNKNOWN}"


def _reads(found):
    if not found["reads"]:
        yield "what it reads is not told"
        return
    rows = [("reads", "features", "made by", "names")]
    for name, each in found["reads"].items():
        width = UNKNOWN if each["features"] is None else f"{each['features']}"
        made = " from ".join(filter(None, (each["front_end"], each["raw"])))
        rows.append((name, width, made, _listed(each["names"] or (), 2)))
    yield from _columns(rows)
    for names in found["joined_steps"] or ():
        yield f"{' and '.join(names)} must have the same steps (--align-to MODALITY)"
    if found["joined_steps"] == [] and len(found["reads"]) > 1:
        yield "each modality may have steps of its own"


def _answers(found):
    answers = found["answers"]
    if answers is None:
        yield "it answers nothing, or its config.json does not tell what"
        return
    if answers["classes"] is not None:
        count = len(answers["classes"])
        # Of emotions a sample has any number.
        several = "any" if answers["target"] == EMOTIONS else "one"
        said = f"{several} of {count} classes, {_listed(answers['classes'])}"
    else:
        ends = ", ".join(map(_number, answers["label_range"] or ()))
        said = "a score" + (f", of labels in [{ends}]" if ends else "")
    yield f"answers {answers['target']}, one a {answers['labels_per']}: {said}"


def _data(found):
    data = found["data"]
    told = [f"{n} {data[n]}" for n in ("format", "protocol", "label") if data[n]]
    if data["folds"] is not None and data["fold"] is not None:
        told.append(f"fold {data['fold'] + 1} of {data['folds']}")
    yield f"trained on {data['name']}" + (f" ({', '.join(told)})" if told else "")
    for file in data["files"][:MOST_ROWS]:
        yield f"{file['name']}: SHA-256 {file['sha256'][:HASH]}..."
    if len(data["files"]) > MOST_ROWS:
        yield f"and {len(data['files']) - MOST_ROWS} more files"
    splits = data["splits"].items()
    rows = [(n, f"{each['samples']}", f"{each['labels']}") for n, each in splits]
    yield from _columns([("split", "samples", "labels"), *rows])


def _figures(found):
    figures, own = found["figures"], found["scores"]
    if figures is None:
        yield "held out: this model alone on the split test; its row is in the report"
        rows = [(name, _number(value)) for name, value in own.items()]
        yield from _columns([("metric", "this model"), *rows])
        return
    seeds, beside = figures["seeds"], figures["beside"][:MOST_ROWS]
    yield (
        f"held out: {figures['labels']} labels of the split {figures['split']}; "
        f"{figures['chosen_on']} chose the epoch"
    )
    yield (
        f"mean over the seeds {_listed(map(str, seeds))}, its interval over "
        f"{figures['resampled']}s; rows are judged by {figures['judged_by']}"
    )
    alone = "its own fold" if found["data"]["folds"] else "this model"
    rows = [("metric", alone, "mean", "95 %", *(each["name"] for each in beside))]
    for name, each in figures["metrics"].items():
        interval = " to ".join(map(_number, each["ci95"] or ()))
        others = [other["metrics"].get(name) for other in beside]
        others = ["" if other is None else _number(other["mean"]) for other in others]
        alone = _number(own[name]) if name in own else ""
        rows.append((name, alone, _number(each["mean"]), interval, *others))
    yield from _columns(rows)
    if len(figures["beside"]) > MOST_ROWS:
        yield f"and {len(figures['beside']) - MOST_ROWS} more rows beside it (--json)"


def _options(found):
    for name, of in {"options": "training", "arguments": "model"}.items():
        if found[name]:
            told = ", ".join(f"{n}={each}" for n, each in found[name].items())
            told = f"{name} of the {of}: {told}"
            yield from textwrap.wrap(told, WIDTH, subsequent_indent="  ")


def _columns(rows):
    """Rows with the first column to the left, the others to the right."""
    rows = [[_cut(cell, MOST_OF_CELL) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [each.rjust(n) for each, n in zip(others, widths[1:], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()


def _number(value):
    return "undefined" if value is None else f"{value:.4g}"


def _listed(names, most=MOST_NAMES):
    """Names in a row; of many the first, and how many more there are."""
    names = [_cut(name, MOST_OF_CELL) for name in names]
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])


def _cut(text, most):
    return text if len(text) <= most else f"{text[: most - 4]} ..."
