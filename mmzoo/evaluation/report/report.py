"""The report of a run: what was measured, on what, with what, and what it says."""

import collections
import dataclasses
import functools
import hashlib
import json
from pathlib import Path

import numpy as np

from mmzoo.evaluation.metrics.definitions import metric_definitions
from mmzoo.evaluation.metrics.latent import LATENT_METRICS
from mmzoo.evaluation.metrics.tokens import TOKEN_METRICS
from mmzoo.evaluation.metrics.translation import EXPLAINED_METRICS
from mmzoo.evaluation.pictures import attention_plots, plots
from mmzoo.evaluation.pictures.figures import FORMATS
from mmzoo.evaluation.pictures.published_comparison import published_comparison
from mmzoo.evaluation.pictures.robustness_curves import robustness_curves
from mmzoo.evaluation.pictures.row_comparison import comparison
from mmzoo.evaluation.pictures.score_against_cost import score_against_cost
from mmzoo.evaluation.published import Published
from mmzoo.evaluation.report.beside_published import beside_published
from mmzoo.evaluation.report.constant_answers import constant_answers
from mmzoo.evaluation.report.csv_files import (
    column_name,
    history_csv,
    paired_tests_csv,
    predictions_csv,
    results_csv,
)
from mmzoo.evaluation.report.file_formats import json_text, plain
from mmzoo.evaluation.report.kept_report import KEPT, report_arrays
from mmzoo.evaluation.report.latex import latex_tables
from mmzoo.evaluation.report.leaderboard import Leaderboard, leaderboard_section
from mmzoo.evaluation.report.leaderboard_page import PICTURE as SCORE_AGAINST_COST
from mmzoo.evaluation.report.leaderboard_page import leaderboard_text
from mmzoo.evaluation.report.page import report_text
from mmzoo.evaluation.report.paired_tests import paired_tests_section
from mmzoo.evaluation.report.published_page import PICTURE
from mmzoo.evaluation.report.robustness_page import PICTURE as ROBUSTNESS
from mmzoo.evaluation.report.schema import SCHEMA
from mmzoo.evaluation.report.verdict_rules import (
    rules,
    speaks_of_translations,
    verdicts,
)
from mmzoo.evaluation.row_kind import EMOTIONS
from mmzoo.files import write_atomically


@dataclasses.dataclass(frozen=True)
class Report:
    """Rows with everything that is needed to judge them, written to one folder.

    Args:
        rows: list of `Row`, controls among them, on the same test samples.
        data: provenance of the corpus, such as `Corpus.provenance`.
        config: what the run was asked for; its hash is the SHA-256 of `config.json`.
        environment: what `environment()` returns.
        label_range: lowest and highest label that can occur. Classes say that of
            themselves: None will do.
        ids: name of each test sample (or labelled step), in the order of the labels.
        remarks: sentences on the protocol.
        attention: dict from a title, such as the variant, to attention weights of
            one sample, shape `(target steps, source steps)`; `drawings` say more.
        chosen_on: the split that chose the epoch, or None where none did.
        title: heading of the report.
        drawings: dict from a title, such as the variant, to the name of a function of
            `attention_plots` and a dict of what it draws; `"about"` in it says
            which sample, and stands beside the picture in `report.md`, too.
        published: optional `Published`, figures of a paper that stand beside the rows
            and choose the metric of the paired tests.
        leaderboard: optional `Leaderboard`, by which `leaderboard.md` ranks the rows.

    Example:
    ```python
    from mmzoo.evaluation import Report, Row, environment

    labels = np.array([-2.0, 1.0, 0.5, 3.0])
    row = Row("text", "end-to-end", labels, labels[None] * 0.5)
    report = Report(
        [row], {"format": "sample"}, {"seeds": 1}, environment(), (-3, 3), tuple("abcd")
    )
    report.write("run").name  # "run"
    ```
    """

    rows: list
    data: dict
    config: dict
    environment: dict
    label_range: tuple
    ids: tuple
    remarks: tuple = ()
    attention: dict = dataclasses.field(default_factory=dict)
    chosen_on: str = "valid"
    title: str = "Report"
    drawings: dict = dataclasses.field(default_factory=dict)
    published: Published | None = None
    leaderboard: Leaderboard | None = None

    def __post_init__(self):
        if not self.rows:
            raise ValueError("`rows` is empty: a report needs at least one row.")
        names = [column_name(row) for row in self.rows]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"`rows` has {twice} twice: give each another name, training or "
                "`control`."
            )
        for row in self.rows:
            same = same_labels(row, self.rows[0])
            if row.classes != self.rows[0].classes or not same:
                raise ValueError(
                    f"`rows`: {row.title!r} was tested on other labels than "
                    f"{self.rows[0].title!r}; write a report for each test split."
                )
        if len(self.ids) != len(self.rows[0].labels):
            raise ValueError(
                f"`ids` must name each of the {len(self.rows[0].labels)} labels; "
                f"received {len(self.ids)}."
            )

    def to_dict(self, files=None):
        """What `report.json` holds, as strict JSON.

        `files` maps the name of each other file to its SHA-256.
        """
        hashed = {"config_sha256": hashlib.sha256(self._config().encode()).hexdigest()}
        classes = self.rows[0].classes
        low, high = self.label_range if self._says_range else (0, len(classes) - 1)
        rows = [row.to_dict() for row in self.rows]
        return plain(
            {
                "schema": SCHEMA,
                "title": self.title,
                "rows": rows,
                **self._tested(rows),
                "verdicts": verdicts(self.rows),
                "rules": rules(self.rows),
                "remarks": self._all_remarks(),
                "chosen_on": self.chosen_on,
                "num_samples": len(self.ids),
                "label_range": [float(low), float(high)],
                **({"classes": classes} if classes else {}),
                "data": self.data,
                "config": self.config,
                "environment": {**self.environment, **hashed},
                "samples_drawn": {
                    name: arguments["about"]
                    for name, (_, _, arguments) in self._samples().items()
                    if "about" in arguments
                },
                "files": files or {},
            }
        )

    def _tested(self, rows):
        """Figures of a paper, a leaderboard and tests in pairs, where there are any."""
        metric, found = None, {}
        if self.published is not None:
            found["published"] = beside_published(self.published, rows, self.data)
            metric = found["published"]["metric"]
        if self.leaderboard is not None:
            found["leaderboard"] = leaderboard_section(self.leaderboard, self.rows)
        tests = paired_tests_section(self.rows, metric)
        return found | ({"paired_tests": tests} if tests else {})

    @property
    def _says_range(self):
        """Whether `label_range` is not said by the classes themselves."""
        return not self.rows[0].classes or self.rows[0].kind is EMOTIONS

    def write(self, directory):
        """Write the folder; `report.json` comes last and says that it is complete.

        Returns the folder as a `Path`. Numbers and sentences are computed before
        anything is touched, so a fault in them leaves an older report alone.
        """
        directory = Path(directory)
        content = self.to_dict()
        directory.mkdir(parents=True, exist_ok=True)
        older = _files_of(directory / "report.json")
        (directory / "report.json").unlink(missing_ok=True)
        texts = {
            "config.json": self._config(),
            "results.csv": results_csv(content),
            "predictions.csv": predictions_csv(self.rows, self.ids),
            "history.csv": history_csv(self.rows),
            KEPT: report_arrays(self),
        }
        if "paired_tests" in content:
            texts["paired_tests.csv"] = paired_tests_csv(content)
        if "published" in content:
            texts["published.tex"] = latex_tables(content)
        files = {
            name: write_atomically(directory / name, text)
            for name, text in texts.items()
        }
        files |= self._pictures(directory, content)
        content["files"] = files
        if "leaderboard" in content:
            board = leaderboard_text(content)
            name = "leaderboard.md"
            files[name] = write_atomically(directory / name, board)
        page = report_text(content, self._definitions())
        files["report.md"] = write_atomically(directory / "report.md", page)
        for name in older - set(files):
            (directory / name).unlink(missing_ok=True)
        write_atomically(directory / "report.json", json_text(content))
        return directory

    def _config(self):
        return json_text(plain(self.config), sort_keys=True)

    def _definitions(self):
        names = list(self.rows[0].kind.metrics)
        names += EXPLAINED_METRICS if speaks_of_translations(self.rows) else ()
        shown = {name for row in self.rows for name in row.explained}
        names += [name for name in TOKEN_METRICS if name in shown]
        names += LATENT_METRICS if any(row.latent for row in self.rows) else ()
        return metric_definitions(names)

    def _all_remarks(self):
        found = [*self._narrow_intervals(), *constant_answers(self.rows)]
        return [*self.remarks, *found]

    def _narrow_intervals(self):
        """A sentence where groups are too few to be drawn."""
        found = {(row.few_groups, row.group_kind) for row in self.rows}
        return [
            f"Only {count} {kind}{'s' if count > 1 else ''}: intervals draw samples "
            f"and are too narrow as far as {kind}s differ."
            for count, kind in sorted(found)
            if count
        ]

    def _pictures(self, directory, content):
        """Draw all pictures as PNG and as SVG; dict from a file to its SHA-256."""
        files = {}
        for name, draw in self._drawn(content).items():
            for suffix in FORMATS:
                files[name + suffix] = draw(path=directory / (name + suffix))
        return {name: digest for name, digest in files.items() if digest}

    def _drawn(self, content):
        """Dict from a picture's name to the function that draws it to a path."""
        mine = [row for row in self.rows if not row.control] or self.rows
        drawn = {"comparison": functools.partial(comparison, self.rows)}
        if "published" in content:
            drawn[PICTURE] = functools.partial(published_comparison, content)
        if "leaderboard" in content:
            drawn[SCORE_AGAINST_COST] = functools.partial(score_against_cost, content)
            if "robustness" in content["leaderboard"]:
                drawn[ROBUSTNESS] = functools.partial(robustness_curves, content)
        for name in (*self.rows[0].kind.pictures, "learning_curves"):
            drawn[name] = functools.partial(getattr(plots, name), mine)
        for name, (plot, title, arguments) in self._samples().items():
            draw = getattr(attention_plots, plot)
            drawn[name] = functools.partial(draw, title=title, **arguments)
        return drawn

    def _samples(self):
        """Dict from a picture's name to its function, title and arguments."""
        maps = {title: _as_map(title, each) for title, each in self.attention.items()}
        found, counts = {}, collections.Counter()
        for title, (plot, arguments) in (*maps.items(), *self.drawings.items()):
            counts[plot] += 1
            number = f"_{counts[plot]}" if counts[plot] > 1 else ""
            found[plot + number] = plot, title, arguments
        return found


def _as_map(title, weights):
    source, arrow, target = title.rpartition("->")
    ends = {"source": source, "target": target} if arrow else {}
    return "attention_map", {"weights": weights, **ends}


def same_labels(row, other):
    """Whether two rows were tested on the same labels, or lacks of them.

    Args:
        row: `Row`.
        other: `Row`.

    Returns:
        bool.
    """
    return np.array_equal(row.labels, other.labels, equal_nan=True)


def _files_of(path):
    """The files beside a `report.json` that it lists; none where it cannot be read."""
    try:
        names = set(json.loads(path.read_bytes())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in names if name == Path(name).name}
