"""An experiment: variants x seeds x folds, their controls and floors, one report."""

import contextlib
import dataclasses
import functools
import itertools
import json
import pathlib
import shutil

import keras
import numpy as np

from mmzoo.data.cleaning import looked_over
from mmzoo.data.split import EMOTIONS
from mmzoo.evaluation import Report, environment
from mmzoo.evaluation.metrics.tokens import TOKEN_METRICS
from mmzoo.evaluation.metrics.translation import EXPLAINED_METRICS
from mmzoo.evaluation.report.run_environment import precision
from mmzoo.evaluation.robustness import robustness_section
from mmzoo.evaluation.row_kind import kind_for
from mmzoo.files import atomic_file
from mmzoo.reading import read_model_card
from mmzoo.reading.keras_file import RUN_MODEL
from mmzoo.spelling import did_you_mean
from mmzoo.training.ensemble import check_ensembles, ensemble_rows
from mmzoo.training.experiment_remarks import (
    other_places,
    remarks_on_places,
    remarks_on_protocol,
    remarks_on_subsets,
)
from mmzoo.training.fingerprint import column_names, fingerprint, identity
from mmzoo.training.kept_variants import ensembles_kept, refuse_twice, with_rows_kept
from mmzoo.training.measure import labelled
from mmzoo.training.model_card import row_figures, write_model_card
from mmzoo.training.plan import arguments_of, plan
from mmzoo.training.report_rows import ReportRows
from mmzoo.training.robustness import (
    STRENGTHS,
    curves_of,
    unmeasured,
    worse_answers,
)
from mmzoo.training.run_folder import RunFolder
from mmzoo.training.study_progress import StudyProgress
from mmzoo.training.training_job import TrainingJob
from mmzoo.training.training_on_ray import train_on_ray
from mmzoo.training.training_processes import train_in_processes
from mmzoo.training.tuning import Tuning
from mmzoo.training.tuning_space import check_space, read_space
from mmzoo.training.zoo_rows import BASELINE
from mmzoo.version import __version__


@dataclasses.dataclass(frozen=True)
class Experiment:
    """Train variants with several seeds on a corpus and report on them.

    Everything finished is kept in the folder, and a training that was killed left
    its checkpoints there: the same call goes on and ends in the same numbers.

    Args:
        corpora: list of `Corpus`: one, or the folds of a cross-validation.
        variants: list of `Variant`. The first one's model becomes `model.keras`.
        options: `TrainingOptions`.
        seeds: how many seeds; they are 0, 1, 2, ...
        directory: folder of the run.
        architecture: dict of arguments of the builders, for all variants whose models
            have them.
        front_ends: optional `FrontEnds`, with which the corpora were prepared; `None`
            reads their frames.
        remarks: sentences on the protocol, for the report.
        subsets: dict from words such as `"without a near duplicate"` to the rows of
            some of the test samples, as `Split.select` takes them: the report says what
            each row reaches on these alone.
        pretraining: optional `Pretraining`, what translations learn from first.
        published: optional `mmzoo.evaluation.Published`, figures of a paper that the
            report shows beside the rows.
        say: function that shows a line to a person.
        jobs: how many trainings are done at once, each in a process of its own; `1`
            does them here, one after the other, in the same numbers. A script trains
            so under `if __name__ == "__main__":`.
        ray: optional address of a Ray cluster that trains in place of processes here;
            `"local"` starts one on this machine.
        tune: trials of each row, by which validation chooses the options that it is
            trained with, see `docs/concepts/tuning.md`; 0 trains with those given.
        tune_seeds: with how many seeds the best of these trials are trained; they are
            none of those above.
        space: optional dict, or path of a JSON file, of the values that trials draw
            from, for all rows that have these options; `None` takes the default.
        leaderboard: optional `mmzoo.evaluation.Leaderboard`, by which the report ranks
            the rows on a page of its own.
        robustness: whether the leaderboard also says what the models answer to test
            data that are lost or noisy; they are not trained again for it.
        ensembles: lists of titles of rows, a variant's name or `"control: variant"`;
            of each list the report has one more row, the mean of what they answer,
            seed by seed, see `ensemble_row`.

    Example:
    ```python
    corpus = mmzoo.data.sample_corpus(sizes={"train": 40, "valid": 10, "test": 20})
    experiment = mmzoo.training.Experiment(
        corpora=[corpus],
        variants=[mmzoo.training.Variant.parse("audio")],
        options=mmzoo.training.TrainingOptions(epochs=1),
        seeds=1,
        directory="runs/example",
        architecture={"units": 4},
    )
    report = experiment.run()
    report.rows[0].metrics["mae"]["mean"]
    ```
    """

    corpora: list
    variants: list
    options: object
    seeds: int
    directory: str
    architecture: dict = dataclasses.field(default_factory=dict)
    front_ends: object = None
    remarks: tuple = ()
    subsets: dict = dataclasses.field(default_factory=dict)
    pretraining: object = None
    published: object = None
    say: object = print
    jobs: int = 1
    ray: str | None = None
    tune: int = 0
    tune_seeds: int = 5
    space: object = None
    leaderboard: object = None
    robustness: bool = False
    ensembles: tuple = ()

    def __post_init__(self):
        """Refuse at once what would fail after hours of training."""
        for name in ("seeds", "jobs", "tune_seeds"):
            if getattr(self, name) < 1:
                raise ValueError(f"`{name}` is at least 1, not {getattr(self, name)}.")
        for name in ("corpora", "variants"):
            if not getattr(self, name):
                raise ValueError(f"`{name}` is empty: give at least one.")
        if self.robustness and self.leaderboard is None:
            raise ValueError(
                "`robustness` is a part of a leaderboard: give `leaderboard`, too."
            )
        self._look_over()
        self.options.check_labels(self.corpora[0])
        for corpus in self.corpora:
            _refuse_unlabelled(corpus)
        if self.subsets and (len(self.corpora) > 1 or self._steps):
            raise ValueError(
                "`subsets` are of the test samples of one corpus, each with a label: "
                "leave them out with folds, and with labels one a step."
            )
        refuse_twice(self.variants)
        for variant in self.variants:
            made = self.corpora[0].provenance.get("made_by", ())
            known = {*self.corpora[0].modalities, *made}
            missing = sorted(set(variant.modalities) - known)
            if missing:
                raise ValueError(
                    f"`variants`: {variant.name!r} names {missing}, but the corpus has "
                    f"{sorted(known)}.{did_you_mean(missing[0], known)}"
                )
        for row in self._plan:
            self.options.check_inputs(self.corpora[0], row.modalities)
        self._refuse_twins()
        titles = [row.title for row in self._plan]
        check_ensembles(self.ensembles, dict.fromkeys(titles, self.seeds))
        self._check_tuning()
        if self.pretraining is not None:
            self.pretraining.check(self._plan, self.corpora[0])
        if self.published is not None:
            judged = self._rows.judged[0]
            known = [*kind_for(judged.classes, judged.target).metrics]
            # Only the first row decides, as in the report.
            row = self._plan[0]
            known += [*EXPLAINED_METRICS] * (len(row.variant.chain) > 1)
            decodes = {**self.architecture, **row.variant.architecture}.get("num_codes")
            self.published.check(known + [*TOKEN_METRICS] * bool(decodes))

    @property
    def _steps(self):
        """Whether labels are one a step."""
        return self.corpora[0].labels_per == "step"

    def _check_tuning(self):
        """Refuse a space that is of no use, and read it."""
        if self.tune < 0 or self.space is not None and not self.tune:
            raise ValueError(
                f"`tune` is {self.tune}: give how many trials each row has, 0 for none "
                "and then no `space`."
            )
        if self.tune:
            check_space(self._space, self._plan, whole=self.space is not None)

    def _look_over(self):
        """Say of corpora that no reader looked at what a reader would have said."""
        seen = [looked_over(corpus) for corpus in self.corpora]
        if seen[0] is not self.corpora[0]:
            for warning in seen[0].provenance["warnings"]:
                self.say(f"Warning: {warning}")
        object.__setattr__(self, "corpora", seen)

    def _refuse_twins(self):
        """Refuse rows that the report, or a reader, could not tell apart."""
        rows = [f"{row.title} ({row.training})" for row in self._plan]
        for row in rows:
            if rows.count(row) > 1:
                raise ValueError(
                    f"`variants`: the plan has the row {row!r} twice: give one of them "
                    "another name."
                )

    def run(self):
        """Train what is not trained yet, and write the folder.

        Rows that the folder has of the same data and options stand first in the report.

        Returns:
            The `Report`.
        """
        whole = self._with_rows_kept()
        with whole._folder.claim():
            failed = whole._tuning.tune(whole._train)
            if self._apart or failed:
                whole._train_all(failed)
            return whole._run(pathlib.Path(self.directory), whole._plan)

    def _with_rows_kept(self):
        """The experiment with the variants that its folder has already."""
        variants, architecture = with_rows_kept(
            self.directory, self.variants, self.architecture
        )
        more = {"variants": variants, "architecture": architecture}
        titles = {row.title for row in dataclasses.replace(self, **more)._plan}
        more["ensembles"] = ensembles_kept(self.directory, self.ensembles, titles)
        return dataclasses.replace(self, **more)

    def _run(self, directory, plan):
        rows, drawings, places = [], {}, []
        for number, planned in enumerate(plan):
            control, jobs = planned.control, self._jobs_of(planned)
            if not self._apart:
                self.say(f"[{number + 1}/{len(plan)}] {jobs[0][0].title}")
            results = [[self._result(job) for job in seed] for seed in jobs]
            tuning = self._tuning.summary(planned)
            rows.append(self._rows.of_trainings(planned, results, tuning))
            places += [str(x["made_on"]) for seed in results for x in seed]
            if not control and (drawing := _drawing(results[0][0])):
                drawings[planned.name] = drawing
        means, without = ensemble_rows(self.ensembles, rows)
        read = sorted({m for variant in self.variants for m in variant.modalities})
        below, failed = self._rows.floors(read, self.options, self.say)
        rows += [*means, *below]
        report = Report(
            rows=rows,
            data={
                **self.corpora[0].provenance,
                "name": self.corpora[0].name,
                "labels_per": self.corpora[0].labels_per,
            },
            config=self.config() | self._named_encoders(),
            environment=environment() | other_places(places),
            label_range=self._rows.judged[0].label_range,
            ids=self._rows.labelled[1],
            remarks=(
                *self.remarks,
                *remarks_on_protocol(self.corpora, self.options, self._tuning),
                *failed,
                *without,
                *remarks_on_places(places),
                *self._on_pretraining(rows),
                *remarks_on_subsets(rows, self.subsets),
            ),
            drawings=drawings,
            title=self._title(),
            published=self.published,
            leaderboard=self._ranked(plan),
        )
        own = [row for row in rows if row.is_control_of(rows[0])]
        seeds = list(range(self.seeds))
        figures = row_figures(rows[0], seeds, report.chosen_on, [*own, *below])
        self._keep_model(plan[0], directory, figures)
        report.write(directory)
        return report

    def _title(self):
        """The data, and the row where there is but one."""
        title = self.corpora[0].name
        if len(self.corpora) > 1:
            # Each fold has a name of its own.
            title = f"{title.partition(' fold ')[0]}, {len(self.corpora)} folds"
        alone = len(self.variants) == 1
        return f"{title}: {self.variants[0].name}" if alone else title

    def config(self):
        """What the run was asked for, as JSON."""
        return {
            "variants": [variant.name for variant in self.variants],
            "seeds": self.seeds,
            "folds": len(self.corpora) if len(self.corpora) > 1 else None,
            "tune": self.tune,
            **self._tuned_how(),
            **dataclasses.asdict(self.options),
            **(dataclasses.asdict(self.front_ends) if self.front_ends else {}),
            **self.architecture,
            **({"pretrain": self.pretraining.facts()} if self.pretraining else {}),
        }

    def _named_encoders(self):
        """Encoders by their names: their folders lie elsewhere on other machines."""
        return self.front_ends.names() if self.front_ends else {}

    def _tuned_how(self):
        if not self.tune:
            return {}
        return {"tune_seeds": self.tune_seeds, "space": self._space}

    @functools.cached_property
    def _folder(self):
        data = self.corpora[0].provenance
        asked = {
            "config": self.config(),
            "rows": [identity(row) for row in self._plan],
            "data": {
                "files": data.get("files") or data.get("seed", self.corpora[0].name),
                "protocol": data.get("protocol"),
                "samples": [
                    {name: len(split) for name, split in corpus.splits.items()}
                    for corpus in self.corpora
                ],
            },
            "content": fingerprint(self.corpora),
            "columns": column_names(self.corpora[0]),
            "architecture": self.architecture,
            "ensembles": self.ensembles,
            "made_with": {
                "backend": keras.backend.backend(),
                "mmzoo": __version__,
                **precision(),
            },
        }
        # As JSON gives it back, so that it can be compared.
        asked = json.loads(json.dumps(asked, default=str))
        return RunFolder(self.directory, asked, self.say)

    @property
    def _apart(self):
        """Whether other processes train."""
        return self.jobs > 1 or self.ray is not None

    @functools.cached_property
    def _plan(self):
        given = self.options, self.architecture, self.front_ends, self.pretraining
        return plan(self.variants, *given)

    @functools.cached_property
    def _rows(self):
        return ReportRows(self.corpora)

    @functools.cached_property
    def _space(self):
        return read_space(self.space)

    @functools.cached_property
    def _left_out(self):
        return set()

    @functools.cached_property
    def _tuning(self):
        given = self.tune, self.tune_seeds, self._space
        return Tuning(*given, self._plan, self.corpora, self._folder, self.say)

    def _job(self, planned, seed, fold):
        planned = self._tuning.tuned(planned, fold)
        folds, asked = len(self.corpora), self._folder.digest(planned)
        folder = self._folder.training(planned, seed, fold if folds > 1 else None)
        return TrainingJob(planned, seed, fold, folder, asked, folds)

    def _jobs_of(self, planned):
        """The trainings of a row, by seed and fold."""
        folds = range(len(self.corpora))
        return [
            [self._job(planned, seed, fold) for fold in folds]
            for seed in range(self.seeds)
        ]

    def _result(self, job):
        """The result of a training, which is done here where it is not yet."""
        saved = job.saved(self.say)
        return self._train_here(job) if saved is None else saved

    def _train_here(self, job):
        self.say(f"  {job.place}")
        try:
            return job.run(self.corpora, self.say)
        except Exception:
            self._leave_out([job.row.name])
            raise

    def _train(self, missing, done=()):
        """Do trainings; a dict from those that failed in a process to why."""
        if not self._apart:
            for title, jobs in itertools.groupby(missing, lambda job: job.title):
                self.say(title)
                for job in jobs:
                    self._train_here(job)
            return {}
        progress = StudyProgress([*done, *missing], done, self.say)
        corpora = [*self.corpora]
        if self.pretraining is not None:
            corpora.append(self.pretraining.corpus)
        with contextlib.closing(progress):
            if self.ray is not None:
                return train_on_ray(missing, corpora, self.ray, progress)
            return train_in_processes(
                missing, corpora, self.jobs, self.directory, progress
            )

    def _train_all(self, untuned):
        """Train all rows but those that no options suit, and say what failed."""
        self._leave_out(untuned)
        rows = [row for row in self._plan if row.name not in untuned]
        jobs = [job for row in rows for seed in self._jobs_of(row) for job in seed]
        missing = [job for job in jobs if job.saved(self.say) is None]
        done = [job for job in jobs if job not in missing]
        failed = self._train(missing, done) if missing else {}
        self._leave_out(job.row.name for job in failed)
        rows = len(self.variants)
        told = [f"{len(untuned)} of {rows} rows could not be tuned"] * bool(untuned)
        told += [f"{len(failed)} of {len(missing)} trainings failed"] * bool(failed)
        if told:
            reasons = untuned | {job.name: why for job, why in failed.items()}
            error = ChildProcessError if self._apart else FloatingPointError
            raise error(_told(" and ".join(told), reasons))

    def _leave_out(self, failed):
        """Let later runs in this folder not begin with the variants that failed."""
        names = self._left_out
        names.update(failed)
        if not names:
            return
        variants = [each for each in self.variants if each.name not in names]
        if not variants:
            self._folder.forget()
            return
        known = {name for variant in variants for name in arguments_of(variant)}
        rows = [row for row in self._plan if row.name not in names]
        gone = set(self.architecture) - known
        if not any(row.pretraining for row in rows):
            gone.add("pretrain")
        config = {k: each for k, each in self.config().items() if k not in gone}
        config["variants"] = [each.name for each in variants]
        own = {k: each for k, each in self.architecture.items() if k in known}
        rest = {"rows": [identity(row) for row in rows], "architecture": own}
        asked = self._folder.asked | rest | {"config": config}
        # A plan of the others alone might be refused: this is what it would write.
        asked = json.loads(json.dumps(asked, default=str))
        RunFolder(self.directory, asked, self.say).write()

    def _ranked(self, plan):
        """The leaderboard, with the models of all rows and what is left of them."""
        if self.leaderboard is None:
            return None
        models = {variant.name: variant.model for variant in self.variants}
        lstms = [name for name, model in models.items() if model == BASELINE]
        first = self.leaderboard.baseline or next(iter(lstms), None)
        robust = self._worsened(plan) if self.robustness else None
        known = {"models": models, "baseline": first, "robustness": robust}
        return dataclasses.replace(self.leaderboard, **known)

    def _worsened(self, plan):
        """The scores of each row on test data that are lost or noisy."""
        names = sorted({m for variant in self.variants for m in variant.modalities})
        corpus, curves = self._rows.judged[0], []
        # The score that pictures begin with: larger is better.
        metric = kind_for(corpus.classes, corpus.target).panels[0][1]
        for planned in (row for row in plan if not row.control):
            found = []
            for seed in self._jobs_of(planned):
                folds = [worse_answers(x, self.corpora, names, self.say) for x in seed]
                found.append({k: [fold[k] for fold in folds] for k in folds[0]})
            joined = {
                kind: np.stack([np.concatenate(seed[kind], axis=1) for seed in found])
                for kind in found[0]
            }
            row = functools.partial(self._rows.answering, planned)
            curves += curves_of(row, joined, metric)
        left = unmeasured(self.corpora[0], names)
        return robustness_section(curves, STRENGTHS, metric, left)

    def _on_pretraining(self, rows):
        first = self.pretraining
        return [] if first is None else first.remarks(rows, self.corpora)

    def _keep_model(self, planned, directory, figures):
        """The first row's model of the seed best on validation, and its card."""

        def best(seed):
            saved = self._job(planned, seed, 0).saved(self.say)
            history = json.loads(str(saved["history"]))
            return planned.validation_score(history, self.corpora[0].train.target)

        job = self._job(planned, min(range(self.seeds), key=best), 0)
        kept, place = job.folder / RUN_MODEL, directory / RUN_MODEL
        card = read_model_card(kept)
        if card["has_card"]:
            write_model_card(place, card | {"figures": figures}, source=kept)
            return
        # An earlier version trained it.
        with atomic_file(place) as temporary:
            shutil.copyfile(kept, temporary)


def _refuse_unlabelled(corpus):
    """Refuse labels that are missing where a report, or the best epoch, needs them."""
    counts = {name: _known_labels(split) for name, split in corpus.splits.items()}
    known, total = counts["test"]
    if known < total and corpus.target != EMOTIONS:
        raise ValueError(
            f"{corpus.name}: {total - known} of {total} test labels are not finite: "
            "leave these samples out of the test split, with `Split.select`."
        )
    for name in ("train", "valid"):
        if not counts[name][0]:
            raise ValueError(f"{corpus.name}: the split {name} has no label.")


def _known_labels(split):
    """How many labels are finite, and how many there are."""
    values = labelled(split)[0]
    return int(np.isfinite(values).sum()), values.size


def _told(what, reasons):
    """What to do about what failed, in one error."""
    listed = "".join(f"\n  - {name}: {why}" for name, why in reasons.items())
    return (
        f"{what}; what they said stands above. The others are done and kept. Mend what "
        f"failed and give the same command again, or leave these rows out:{listed}"
    )


def _drawing(result):
    """A function of `attention_plots` and its arguments, where a training left them."""
    found = {}
    for key, value in result.items():
        plot, dot, argument = key.partition(".")
        if dot:
            found.setdefault(plot, {})[argument] = value if value.ndim else value.item()
    return next(iter(found.items()), None)
