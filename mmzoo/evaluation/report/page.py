"""`report.md`: what a person reads."""

import functools
import re

from mmzoo.evaluation.bootstrap import NUM_RESAMPLES
from mmzoo.evaluation.report.markdown import (
    code,
    escaped,
    key_values,
    picture_lines,
    prose,
    table_lines,
)
from mmzoo.evaluation.report.plain_table import (
    EXPLAINED_COLUMNS,
    LATENT_COLUMNS,
    TOKEN_TABLES,
    latent_rows,
    rows_with,
)
from mmzoo.evaluation.report.published_page import (
    PICTURE,
    paired_lines,
    published_lines,
)
from mmzoo.evaluation.report.row_tables import (
    class_tables,
    emotion_tables,
    named,
    row_table,
)
from mmzoo.evaluation.report.tuning_section import tuning_lines
from mmzoo.evaluation.row import SIZES
from mmzoo.evaluation.row_dicts import in_order
from mmzoo.evaluation.row_kind import kind_of

_BY_CLASS = "Test samples by true and predicted class, seeds averaged."
CAPTIONS = {
    "score_against_cost": "Score against cost; the line joins what no cheaper row is "
    "better than.",
    "robustness": "Scores where part of the test data is lost or noisy; nothing was "
    "trained again.",
    PICTURE: "Ours in blue, with the 95 % interval of the mean over the seeds; our "
    "controls in grey; the paper's figures as diamonds.",
    "comparison": "Rows and their 95 % intervals; controls in grey.",
    "confusion": _BY_CLASS,
    "confusion_7class": _BY_CLASS,
    "predicted_against_true": "Predictions, averaged over the seeds, and labels.",
    "learning_curves": "Loss by epoch; a thin line a seed, their mean in bold, a dot "
    "at the epoch that was kept.",
    "attention_map": "Where in the source each step of a translation looks.",
    "attention_over_picture": "At which cells of a picture, and at which of its words, "
    "the model looks.",
    "attention_over_spectrogram": "When, or where, in a recording the model looks.",
    "attention_over_steps": "How heavily each step of each modality weighs.",
}

_CHOSEN = (
    "Epochs were chosen on the split {split}; the {tested} was read once, when "
    "training was over, for the numbers of this report."
)
_LAST = (
    "No split chose an epoch: models are those of the last one. The {tested} was "
    "read once, when training was over, for the numbers of this report."
)


def report_text(content, definitions):
    """The report as Markdown.

    Args:
        content: what `report.json` holds.
        definitions: dict from metric to definition.

    Returns:
        str.
    """
    parts = (
        _head(content),
        _leaderboard(content),
        published_lines(content, functools.partial(_picture, content=content)),
        paired_lines(content) if content.get("published") else [],
        _results(content),
        _verdicts(content),
        [] if content.get("published") else paired_lines(content),
        _protocol(content),
        tuning_lines(content["rows"]),
        _pictures(content),
        _data(content),
        _definitions(definitions),
        _time(content),
        _surroundings(content),
    )
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _head(content):
    seeds = sorted({row["num_seeds"] for row in content["rows"]})
    low, high = content["label_range"]
    kind = "step" if content["data"].get("labels_per") == "step" else "sample"
    labels = f"labels from {low:g} to {high:g}"
    if content.get("classes"):
        names = ", ".join(map(escaped, content["classes"]))
        labels = f"labels of {len(content['classes'])} classes ({names})"
    return [
        f"# {escaped(content['title'])}",
        "",
        f"{len(content['rows'])} rows on {content['num_samples']} test {kind}s with "
        f"{labels}; seeds a row: {' or '.join(map(str, seeds))}.",
    ]


def _leaderboard(content):
    if "leaderboard" not in content:
        return []
    return ["[leaderboard.md](leaderboard.md) ranks these rows by score and cost."]


def _results(content):
    ordered, kind = in_order(content["rows"]), kind_of(content["rows"])
    lines = [
        "## Results",
        "",
        "Mean over the seeds ± their standard deviation. Controls are in italics.",
        "",
        *row_table(ordered, kind.report_columns),
    ]
    if "comparison.png" in content["files"]:
        lines += _picture("comparison", content)
    if translations := rows_with(ordered, EXPLAINED_COLUMNS):
        lines += ["", "### What the translations explain", ""]
        lines += [
            "Share of the variance of the target's frames over the mean predictor: "
            "teacher-forced, free-running, and the two controls.",
            "",
            *row_table(translations, EXPLAINED_COLUMNS),
        ]
    lines += _tokens(ordered)
    if latent := latent_rows(ordered):
        lines += ["", "### What the latent vectors hold", ""]
        lines += [
            "Units whose posterior mean tells the test samples apart, and nats between "
            "the posterior and the prior.",
            "",
            *row_table(latent, LATENT_COLUMNS),
        ]
    for heading, columns in kind.further_tables:
        lines += ["", f"### {heading}", "", *row_table(ordered, columns)]
    return [*lines, *emotion_tables(ordered), *class_tables(ordered)]


def _tokens(ordered):
    """How well tokens are decoded, where rows do so: a table a question."""
    lines = []
    for heading, columns in TOKEN_TABLES:
        if decoding := rows_with(ordered, columns):
            lines += ["", f"#### {heading[0].upper()}{heading[1:]}", ""]
            lines += row_table(decoding, columns)
    about = (
        "Teacher-forced: given the true tokens before; beam, greedy and sampled: from "
        "the source alone. Controls: another sample's source, the training split's "
        "most frequent token, and its frequencies (unigram)."
    )
    return ["", "### How well tokens are decoded", "", about, *lines] if lines else []


def _verdicts(content):
    return [
        "## What the numbers say",
        "",
        *(f"- {prose(sentence)}" for sentence in content["verdicts"]),
        "",
        "Rules behind these sentences:",
        "",
        *(f"- {rule}" for rule in content["rules"]),
    ]


def _protocol(content):
    chosen_on = content["chosen_on"]
    # Folds may be of what is no test split.
    folds = content["config"].get("folds")
    tested = "fold that is tested" if folds else "test split"
    chosen = (_CHOSEN if chosen_on else _LAST).format(
        split=code(chosen_on or ""), tested=tested
    )
    units = " or ".join(sorted({row["resampled"] for row in content["rows"]}))
    return [
        "## Protocol",
        "",
        f"- {chosen}",
        f"- Intervals (`ci95`) are percentile bootstraps of {NUM_RESAMPLES} draws of "
        f"test {units}s, of the metric averaged over the seeds: they speak of other "
        "test data, the ± of other seeds.",
        *(f"- {prose(remark)}" for remark in content["remarks"]),
    ]


def _pictures(content):
    lines = ["## Pictures"]
    for name in content["files"]:
        shown = ("comparison.png", f"{PICTURE}.png")
        if name.endswith(".png") and name not in shown:
            lines += _picture(name.removesuffix(".png"), content)
    return lines


def _picture(name, content):
    """A picture, what it shows, its sample in full, and where it is without pixels."""
    caption = CAPTIONS[re.sub(r"_\d+$", "", name)]
    lines = picture_lines(f"{name}.png", caption)
    about = content.get("samples_drawn", {}).get(name)
    lines += ["", escaped(about)] * bool(about)
    svg = f"{name}.svg"
    return lines + ["", f"[{escaped(svg)}]({svg})"] * (svg in content["files"])


def _data(content):
    data = dict(content["data"])
    warnings, cleaned = data.pop("warnings", None) or [], data.pop("cleaned", None)
    lines = ["## Data", "", *key_values(data)]
    if cleaned:
        lines += ["", "What was cleaned, in numbers:", "", *_cleaned(cleaned)]
    warnings = [warnings] if isinstance(warnings, str) else warnings
    marked = [f"- **Warning:** {escaped(warning)}" for warning in warnings]
    return [*lines, "", *marked] if marked else lines


def _cleaned(cleaned):
    """Counts by split and modality as a table; any other shape as keys and values."""
    try:
        places = [
            (split, modality, counts)
            for split, modalities in cleaned.items()
            for modality, counts in modalities.items()
        ]
        kinds = list(dict.fromkeys(kind for _, _, counts in places for kind in counts))
        cells = [
            [
                *map(escaped, place),
                *(escaped(counts.get(k, 0)) for k in kinds),
            ]
            for *place, counts in places
        ]
    except AttributeError:
        return key_values({"cleaned": cleaned})
    header = ["split", "modality", *(escaped(kind) for kind in kinds)]
    return table_lines(header, cells, numbers_from=2)


def _definitions(definitions):
    lines = ["## Metrics", ""]
    for name, definition in definitions.items():
        words = " ".join(definition.split()).replace("<", "&lt;")
        lines.append(f"- `{name}`: {words}")
    return lines


def _time(content):
    """Epochs, seconds and weights of each row that has any; else nothing."""
    told = [
        pair
        for pair in in_order(content["rows"])
        if pair[0].get("epochs") or "parameters" in pair[0]
    ]
    cells = [[*named(row, belongs), *_costs(row)] for row, belongs in told]
    header = ["row", "training", "epochs", "seconds", "seconds an epoch"]
    header += ["seconds a seed", "parameters", "trainable"]
    lines = [
        "## Time and size",
        "",
        "Seconds are those of all trainings of a row, tests and compiling included; "
        "those of a seed are what the row costs once, with all its phases. Parameters "
        "are the weights of one model.",
    ]
    return [*lines, "", *table_lines(header, cells, numbers_from=2)] * bool(cells)


def _costs(row):
    epochs, seconds = row.get("epochs"), row["seconds"]
    each = row.get("seconds_per_seed", seconds / row["num_seeds"])
    took = [f"{seconds:.0f}", f"{seconds / (epochs or 1):.1f}", f"{each:.1f}"]
    took = took if epochs else ["", "", ""]
    sizes = [f"{row[size]:,}" if size in row else "" for size in SIZES]
    return [str(epochs or ""), *took, *sizes]


def _surroundings(content):
    return [
        "## Environment",
        "",
        *key_values(content["environment"]),
        "",
        "## Configuration",
        "",
        *key_values(content["config"]),
        "",
        "`report.json` holds every number of this page; it is written last and lists "
        "the SHA-256 of the other files. In the CSV files an apostrophe stands before "
        "a text that a spreadsheet would take for a formula; what cannot be seen is "
        "escaped.",
    ]
