"""Write docs/results.md and README's short table from the reports in this folder.

It also lists the metrics in docs/concepts/metrics.md.

Run:    python recipes/results/table.py        (or `make results`)

Every `*.json` here is the `report.json` of a run; `paper.csv` holds the figures of
Tables 1-3 of Pham et al., 2018, `published.csv` what others printed for the protocol of
a section. What stands between the markers `<!-- results -->` and
`<!-- /results -->` of these pages is replaced, and README's picture drawn anew.
"""

import csv
import dataclasses
import json
import pathlib

from mmzoo.evaluation import metric_definitions, read_published
from mmzoo.evaluation.pictures.published_comparison import published_comparison
from mmzoo.evaluation.report.leaderboard import cost_of
from mmzoo.evaluation.report.verdict_rules import LEAST_SEEDS
from mmzoo.evaluation.row_dicts import in_order, number, row_label
from mmzoo.evaluation.row_kind import kind_of
from mmzoo.evaluation.row_name import identity
from mmzoo.files import write_atomically
from mmzoo.models.registry import list_models, signature_of
from mmzoo.training import TrainingOptions, Variant
from mmzoo.training.ensemble import ENSEMBLE
from mmzoo.training.plan import arguments_of

HERE = pathlib.Path(__file__).resolve().parent
README = HERE.parents[1] / "README.md"
PAGE = HERE.parents[1] / "docs" / "results.md"
METRICS = HERE.parents[1] / "docs" / "concepts" / "metrics.md"
BOARD = HERE.parents[1] / "docs" / "concepts" / "leaderboard.md"
PICTURE = HERE.parents[1] / "docs" / "images" / "beside_the_paper.png"
MARKERS = ("<!-- results -->", "<!-- /results -->")

SENTIMENT = (
    ("has0 %", "acc2_has0", 100, 1),
    ("non0 %", "acc2_non0", 100, 1),
    ("MAE", "mae"),
    ("r", "pearson"),
)
EXPLAINED = (
    ("teacher-forced", "explained_teacher_forced"),
    ("free-running", "explained_free_running"),
    ("source shuffled", "explained_source_shuffled"),
    ("frame copied", "explained_copy_previous"),
)
TOKENS = (
    ("right, teacher-forced %", "token_accuracy_teacher_forced", 100, 1),
    ("right, beam %", "token_accuracy_free_running", 100, 1),
    ("most frequent %", "token_accuracy_most_frequent", 100, 1),
    ("perplexity", "perplexity_teacher_forced", 1, 1),
    ("source shuffled", "perplexity_source_shuffled", 1, 1),
    ("unigram", "perplexity_unigram", 1, 1),
    ("BLEU, beam", "bleu_free_running", 1, 1),
)
KINDS = ("binary", "7class")
NOTHING = "There are no reports in `recipes/results` yet."
FLOORS = ("median", "mode", "closed form", "clip statistics", "step features", "tf-idf")
FLOORS += ("lexicon + picture statistics", "acoustic functionals")
# The corpus and protocol of the paper's tables.
PAPERS = "CMU-MOSI, protocol dialogue"
# How long and how fast a model was trained is no part of its name.
UNNAMED = {"variants", "seeds", "folds", "training", "epochs", "patience"}
UNNAMED |= {"learning_rate", "text_dropout", "text_units", "time_dim"}
# Whether a row was tuned is said of each, and the space stands in its report.
UNNAMED |= {"tune", "tune_seeds", "space"}
# What a report meant that is older than an option.
DEFAULTS = {field.name: field.default for field in dataclasses.fields(TrainingOptions)}
# Rows without a network learn from the validation samples, too, where asked.
OF_FLOORS = {"refit"}
SAID = (
    "learnt to use its source",
    "learnt nothing beyond what the decoder knows without its source",
    "may use its source, but these test data cannot tell",
    "beats its control",
    "is not distinguishable from its control",
    "is worse than its control",
)


def main():
    """Write what stands between the markers of the pages, and the picture."""
    for page, write in PAGES.items():
        text = page.read_text()
        before, _, rest = text.partition(MARKERS[0])
        _, _, after = rest.partition(MARKERS[1])
        body = f"{MARKERS[0]}\n{write(HERE)}\n{MARKERS[1]}"
        write_atomically(page, before + body + after)
    PICTURE.parent.mkdir(exist_ok=True)
    beside = [
        report
        for found in sections(HERE).values()
        for report in found
        if "published" in report
    ]
    if beside:
        published_comparison(max(beside, key=rows_beside), PICTURE)


def rows_beside(report):
    """How many rows of a paper a report has rows of its own for."""
    return sum(bool(line["rows"]) for line in report["published"]["lines"])


def tables(folder):
    """All tables as Markdown.

    Args:
        folder: where the reports are.

    Returns:
        str.
    """
    parts = [section(title, found) for title, found in sections(folder).items()]
    return "\n\n".join(parts) or NOTHING


def headlines(folder):
    """One line a report: its first row or ensemble, and what needs no network.

    Args:
        folder: where the reports are.

    Returns:
        str.
    """
    lines = []
    for title, reports in sections(folder).items():
        rows = merged(reports)
        columns = kind_of(rows).table_columns[:2]
        # Of one seed a report says little where others have several.
        least = min(LEAST_SEEDS, max(map(seeds_of, reports)))
        for report in (each for each in reports if seeds_of(each) >= least):
            # A mean was asked for as what its members make together: that of means
            # over seeds, then that of most.
            means = [row for row in report["rows"] if row.get("members")]
            means.sort(key=lambda row: (not of_means(row), -len(row["members"])))
            first = (means or report["rows"])[0]
            how = first["training"]
            name = label(first["name"], how, report, reports)
            shown = f"`{name}`, {how}"
            members = first.get("members", ())
            if of_means(first) or len(members) > 2:
                over = " and their seeds" if of_means(first) else ""
                shown = f"the mean of {len(members)} rows{over}, {how}"
            found = [x for x in rows if (x["name"], x["training"]) == (name, how)]
            beside = (found[0], simplest(rows), majority(rows))
            told = [figures(each, columns) for each in beside]
            lines.append([title, shown, *told])
    # Reports that join runs hold the rows of others.
    lines = list(map(list, dict.fromkeys(map(tuple, lines))))
    lines += [ranked_line(*each) for each in sections(folder, ranked=True).items()]
    header = ["data", "row", "mmzoo", "ridge, SVM or counted words", "majority"]
    text = [f"| {' | '.join(line)} |" for line in (header, ["---"] * 5, *lines)]
    return "\n".join(text) if lines else NOTHING


def of_means(row):
    """Whether a row is the mean of rows over their seeds."""
    return len(row.get("members", ())) > 1 and all(
        name.startswith(ENSEMBLE) for name in row["members"]
    )


def seeds_of(report):
    """With how many seeds the first row of a report was trained."""
    return report["rows"][0]["num_seeds"]


def ranked_line(title, reports):
    """The first row of a ranking, of how many, and the baseline of all."""
    report = reports[0]
    held, rows = report["leaderboard"], report["rows"]
    columns = kind_of(rows).table_columns[:2]
    first = held["ranking"][0]
    by_name = {(row["name"], row["training"]): row for row in rows}
    best = by_name[first["name"], first["training"]]
    base = next(row for row in rows if row["name"] == held["baseline"])
    told = [figures(each, columns) for each in (best, simplest(rows), majority(rows))]
    count = len(held["ranking"])
    told[0] += f"; the LSTM: {figures(base, columns)}"
    zoo = "[the zoo](docs/concepts/leaderboard.md#measured)"
    return [title, f"first of {count} of {zoo}: `{best['name']}`", *told]


def definitions(folder=None):
    """Every metric and what it is, as a Markdown list."""
    found = metric_definitions().items()
    return "\n".join(f"* `{name}`: {' '.join(text.split())}" for name, text in found)


def majority(rows):
    """The row that knows nothing but the labels."""
    return next(row for row in rows if row.get("control") == "majority")


def simplest(rows):
    """The best of the rows without a network that read something."""
    kind = kind_of(rows)
    (metric, _), others = kind.judged_by, [majority(rows)]
    others += [row for row in rows if row["training"] in FLOORS[2:]]
    sign = -1 if metric in kind.lower_is_better else 1
    # A constant has no correlation.
    return max(others, key=lambda row: sign * (row["metrics"][metric]["mean"] or 0))


def figures(row, columns):
    """Numbers of a row with their headings, `has0 % 77.9 ±0.5, MAE 0.881`."""
    return ", ".join(f"{name} {number(row['metrics'], *how)}" for name, *how in columns)


def leaderboards(folder):
    """The rankings of `recipes/zoo.py`, as Markdown.

    Args:
        folder: where the reports are.

    Returns:
        str.
    """
    found = sections(folder, ranked=True).items()
    parts = [leaderboard(title, each) for title, reports in found for each in reports]
    return "\n\n".join(parts) or NOTHING


def leaderboard(title, report):
    """One ranking: scores, the test against the baseline, and what each row costs."""
    held, kind = report["leaderboard"], kind_of(report["rows"])
    rows = {(row["name"], row["training"]): row for row in report["rows"]}
    tests = {(each["row"], each["training"]): each for each in held["tests"]}
    lines = []
    for place, each in enumerate(held["ranking"], 1):
        key = each["name"], each["training"]
        row, test = rows[key], tests.get(key)
        cost, what = cost_of(row)
        shown = [number(row["metrics"], *how) for _, *how in kind.table_columns]
        verdict = against(test) if test else "the baseline"
        seconds = f"{cost:.2f}" if what == "seconds an epoch" else ""
        size = f"{row['parameters']:,}" if "parameters" in row else ""
        line = [str(place), f"`{each['name']}`", each["reads"], *shown]
        lines.append([*line, verdict, size, seconds])
    floors = [row for row, belongs in in_order(report["rows"]) if row.get("control")]
    for row in floors:
        shown = [number(row["metrics"], *how) for _, *how in kind.table_columns]
        lines.append(["", f"*{row_label(row)}*", "", *shown, "", "", ""])
    names = [name for name, *_ in kind.table_columns]
    header = ["rank", "row", "reads", *names, "against the LSTM", "parameters"]
    header.append("s an epoch")
    text = [f"| {' | '.join(line)} |" for line in (header, ["---"] * len(header))]
    text += [f"| {' | '.join(line)} |" for line in lines]
    said = [f"* {sentence}" for sentence in held["said"]]
    return "\n".join([f"### {title}", "", *said, "", *text])


def against(test):
    """A paired difference with its interval, and what follows from it."""
    if test["difference"] is None:
        return test["verdict"]
    low, high = test["ci95"]
    gap = f"{test['difference']:+.3f} ({low:+.3f} to {high:+.3f})"
    return f"{gap}, {test['verdict']}"


def sections(folder, ranked=False):
    """Reports by what they were measured on; CMU-MOSI, the paper's corpus, first.

    Those that rank the zoo are apart from the others.
    """
    found = {}
    for path in sorted(folder.glob("*.json")):
        report = json.loads(path.read_text())
        if report.get("schema") != "mmzoo.report/1":
            raise ValueError(f"{path}: this is no report.json of mmzoo.")
        if ("leaderboard" in report) != ranked:
            continue
        folds = folds_of(report["config"])
        title, protocol = report["data"]["name"], report["data"]["protocol"]
        title = title.partition(" fold ")[0].removesuffix(f" ({protocol})")
        title += f", protocol {protocol}"
        title += f", {folds}-fold cross-validation" if folds else ""
        found.setdefault(title, []).append(report)
    return dict(sorted(found.items(), key=lambda each: "MOSI" not in each[0]))


def folds_of(config):
    """The folds of a report; of one that joins runs, those of its first run."""
    runs = config.get("runs", {"": config})
    return next(iter(runs.values())).get("folds")


def section(title, reports):
    """One corpus and protocol: sentiment, then what the translations explain."""
    rows = in_order(merged(reports))
    seeds = {row["num_seeds"] for row, _ in rows if not row.get("control")}
    samples = {report["num_samples"] for report in reports}
    kind = kind_of([row for row, _ in rows])
    lines = [
        f"### {title}",
        "",
        f"{either(samples)} test labels; mean of {either(seeds)} seed(s) ± standard "
        "deviation; controls in italics.",
        "",
    ]
    if kind.translates:
        lines += sentiment_table(rows, reports[0]["label_range"], title == PAPERS)
        width = lines[-1].count("|") - 1
        lines += [published_line(each, width) for each in published(title)]
    else:
        columns = kind.table_columns
        timed = [[*cells(pair, columns), seconds(pair[0])] for pair in rows]
        timed += printed_beside(reports, columns)
        lines += table([*columns, ("s / epoch",)], timed)
    translations = [pair for pair in rows if EXPLAINED[0][1] in pair[0]["metrics"]]
    if translations:
        lines += ["", "Share of the target's variance that a translation explains:", ""]
        lines += table(EXPLAINED, [cells(pair, EXPLAINED) for pair in translations])
    decoded = [pair for pair in rows if TOKENS[0][1] in pair[0]["metrics"]]
    if decoded:
        lines += ["", "Tokens that a translation decodes, beside its controls:", ""]
        lines += table(TOKENS, [cells(pair, TOKENS) for pair in decoded])
    said = sentences(reports)
    return "\n".join(lines + ["", "By the reports' own rules:", "", *said] * bool(said))


def either(numbers):
    """The numbers, `5` or `1 or 5`."""
    return " or ".join(map(str, sorted(numbers)))


def merged(reports):
    """Rows of several reports as those of one; the name says how options differ.

    Baselines come first, then translations, then hierarchies.
    """
    rows = {}
    for report in reports:
        for row in report["rows"]:
            name = label(row["name"], row["training"], report, reports)
            key = (name, row["training"], row.get("control"))
            rows.setdefault(key, {**row, "name": name, "variant": row["name"]})
    return sorted(rows.values(), key=lambda row: row["variant"].count("->"))


def label(name, training, report, reports):
    """A row's name, with the options that tell it from its namesakes."""
    config, words = options_of(report, name), [name]
    namesakes = [each for each in reports if has_row(each, name, training)]
    # Scores have no classes that could be weighed.
    unnamed = UNNAMED if report.get("classes") else {*UNNAMED, "class_weight"}
    for option in sorted(set(config) - unnamed):
        # An argument of a model that nobody gave is in no report.
        default = DEFAULTS.get(option)
        given = [options_of(each, name).get(option, default) for each in namesakes]
        values = set(map(json.dumps, given))
        if len(values) > 1 and config[option] and decides(option, name, training):
            text = option if config[option] is True else f"{option} {config[option]}"
            text = text.replace("_", " ")
            words.append(text)
    if config.get("tune") and training not in FLOORS:
        words.append(f"tuned by {config['tune']} trials")
    return ", ".join(words)


def options_of(report, name):
    """The options of a row; a joined report has those of each of its runs."""
    runs = report["config"].get("runs")
    if runs is None:
        return report["config"]
    return next((run for run in runs.values() if name in run["variants"]), {})


def has_row(report, name, training):
    """Whether a report has a row of this name, trained in this way."""
    return (name, training) in {
        (row["name"], row["training"]) for row in report["rows"]
    }


def decides(option, name, training):
    """Whether a row's numbers can depend on an option."""
    if training in FLOORS:
        return training in FLOORS[2:] and option in OF_FLOORS
    # Of an ensemble, what decides its members decides it.
    members = map(Variant.parse, name.removeprefix(ENSEMBLE).split(", "))
    own = {option for member in members for option in arguments_of(member)}
    others = {x for model in list_models() for x in signature_of(model)}
    return option in own or option not in others


def sentiment_table(rows, label_range, with_paper):
    """The metrics of sentiment, and the paper's figures beside its own."""
    paper = papers() if with_paper else {}
    # Labels from -2 to 2 have no seven classes.
    kinds = KINDS if label_range == [-3, 3] else KINDS[:1]
    header, lines, seen = [*SENTIMENT], [], set()
    for kind in kinds:
        header.append((f"P / R / F1, {kind}",))
        header += [("in the paper",)] if with_paper else []
    for row, belongs in rows:
        line = cells((row, belongs), SENTIMENT)
        known = paper.get(identity(row["variant"])) if stated(row, seen) else None
        for kind in kinds:
            line.append(triple(row["metrics"], kind))
            line += [known[kind] if known else ""] if with_paper else []
        lines.append(line)
    return table(header, lines)


def published(title):
    """What others printed for the data and protocol of a section."""
    with (HERE / "published.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["section"] == title]


def published_line(row, width):
    """A line of the sentiment table, as wide as the others."""
    line = [row["name"], row["source"], *(row[column[1]] for column in SENTIMENT)]
    return f"| {' | '.join(line + [''] * (width - len(line)))} |"


def printed_beside(reports, columns):
    """The figures that a paper printed for rows of classes, a line each, once."""
    found = {}
    for report in reports:
        for line in report.get("published", {}).get("lines", ()):
            printed = {
                name: {"mean": float(figure), "values": [figure]}
                for name, figure in line["figures"].items()
            }
            shown = [number(printed, *how) for _, *how in columns]
            paper = f"{line['table']}, {report['published']['source']}"
            found[line["printed"], paper] = [line["printed"], paper, *shown, ""]
    return [*found.values()]


def stated(row, seen):
    """Whether the paper's figure belongs here: a row of its kind, once."""
    if row.get("control") or row["training"] == "end-to-end":
        return False
    new = row["variant"] not in seen
    seen.add(row["variant"])
    return new


def papers():
    """The paper's figures by variant."""
    names = ("precision", "recall", "f1")
    return {
        identity(line["variant"]): {
            kind: " / ".join(line["figures"][f"{name}_{kind}"] for name in names)
            for kind in KINDS
        }
        for line in read_published(HERE / "paper.csv").lines
    }


def triple(metrics, kind):
    """Precision, recall and F1 in the paper's form, `.77 / .76 / .76`."""
    names = (f"{name}_{kind}" for name in ("precision", "recall", "f1"))
    return " / ".join(f"{metrics[name]['mean']:.2f}".lstrip("0") for name in names)


def cells(pair, columns):
    """Name, training and numbers of one row."""
    row, belongs = pair
    name = f"`{row['name']}`"
    if row.get("control"):
        name = f"*{row_label(row, belongs).strip()}*"
        name = f"&nbsp;&nbsp;{name}" if belongs else name
    numbers = [number(row["metrics"], *column[1:]) for column in columns]
    return [name, row["training"], *numbers]


def seconds(row):
    """Wall time of an epoch; empty where nothing was trained."""
    return f"{row['seconds'] / row['epochs']:.1f}" if row.get("epochs") else ""


def table(columns, lines):
    """A Markdown table."""
    header = ["row", "training", *(column[0] for column in columns)]
    rule = ["---", "---", *("---:" for _ in columns)]
    return [f"| {' | '.join(line)} |" for line in (header, rule, *lines)]


def sentences(reports):
    """What the reports' verdicts say, a line each, with the rows it is said of."""
    lines = []
    for words in SAID:
        rows = []
        for report in reports:
            for verdict in report["verdicts"]:
                row, _, rest = verdict.partition(") ")
                name, _, training = row.rpartition(" (")
                if rest.startswith(words) and judged(name, training, report):
                    name = label(name, training, report, reports)
                    # "beats its control, mean pooling: UAR ..."
                    control = rest[len(words) :].partition(":")[0]
                    control = control if words.endswith("control") else ""
                    rows.append(f"`{name}` ({training}{control})")
        if rows:
            lines.append(f"- *{words}*: {', '.join(dict.fromkeys(rows))}")
    few = [
        f"`{label(row['name'], row['training'], report, reports)}`"
        for report in reports
        for row in report["rows"]
        if not row.get("control") and row["num_seeds"] < LEAST_SEEDS
    ]
    if few:
        why = f"*no verdict with fewer than {LEAST_SEEDS} seeds*"
        lines.append(f"- {why}: {', '.join(dict.fromkeys(few))}")
    return lines


def judged(name, training, report):
    """Whether a row has the seeds that a verdict needs, whenever it was written."""
    found = (row for row in report["rows"] if row["name"] == name)
    seeds = [row["num_seeds"] for row in found if row["training"] == training]
    return all(number >= LEAST_SEEDS for number in seeds)


PAGES = {README: headlines, PAGE: tables, METRICS: definitions, BOARD: leaderboards}

if __name__ == "__main__":
    main()
