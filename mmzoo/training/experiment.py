"""An experiment: variants x seeds x folds, their controls and floors, one report."""

import dataclasses
import json
import os
import pathlib
import re
import shutil
import time

import keras
import numpy as np

import mmzoo
from mmzoo.evaluation import Report, Row, environment
from mmzoo.training.floors import MAJORITY, RIDGE, predict_majority, predict_ridge
from mmzoo.training.measure import labelled, measure_translation, predict_sentiment
from mmzoo.training.phases import control_of, train_variant
from mmzoo.training.resumable_fit import load_arrays, save_arrays


@dataclasses.dataclass(frozen=True)
class Experiment:
    """Train variants with several seeds on a corpus and report on them.

    Everything finished is kept in the folder, and a training that was killed left
    its checkpoints there: the same call goes on and ends in the same numbers.

    Args:
        corpora: list of `Corpus`: one, or the folds of a cross-validation.
        variants: list of `Variant`. The first one's model becomes `model.keras`.
        options: `Options`.
        seeds: how many seeds; they are 0, 1, 2, ...
        directory: folder of the run.
        remarks: sentences on the protocol, for the report.
        say: function that shows a line to a person.

    Example:
    ```python
    corpus = mmzoo.data.sample_corpus(sizes={"train": 40, "valid": 10, "test": 20})
    experiment = mmzoo.training.Experiment(
        corpora=[corpus],
        variants=[mmzoo.models.Variant.parse("audio")],
        options=mmzoo.training.Options(epochs=1, units=4),
        seeds=1,
        directory="runs/example",
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
    remarks: tuple = ()
    say: object = print

    def __post_init__(self):
        """Refuse at once what would fail after hours of training."""
        if self.seeds < 1:
            raise ValueError(f"`seeds` is at least 1, not {self.seeds}.")
        for name in ("corpora", "variants"):
            if not getattr(self, name):
                raise ValueError(f"`{name}` is empty: give at least one.")
        names = [variant.name for variant in self.variants]
        for variant in self.variants:
            if names.count(variant.name) > 1:
                raise ValueError(
                    f"`variants` has {variant.name!r} twice: name it once."
                )
            missing = set(variant.modalities) - set(self.corpora[0].modalities)
            if missing:
                raise ValueError(
                    f"`variants`: {variant.name!r} names {sorted(missing)}, but the "
                    f"corpus has {self.corpora[0].modalities}."
                )

    def run(self):
        """Train what is not trained yet, and write the folder.

        Returns:
            The `Report`.
        """
        directory = pathlib.Path(self.directory)
        self._claim(directory)
        plan = [
            (variant, control)
            for variant in self.variants
            for control in dict.fromkeys([None, control_of(variant, self.options)])
        ]
        rows, attention = [], {}
        for number, (variant, control) in enumerate(plan):
            title = f"{variant.name} ({control})" if control else variant.name
            self.say(f"[{number + 1}/{len(plan)}] {title}")
            results = self._train_row(variant, control)
            rows.append(self._row(variant, control, results))
            if not control and "attention" in results[0][0]:
                attention[variant.name] = results[0][0]["attention"]
        report = Report(
            rows=[*rows, *self._floors()],
            data={
                **self.corpora[0].provenance,
                "name": self.corpora[0].name,
                "labels_per": self.corpora[0].labels_per,
            },
            config=self.config(),
            environment=environment(),
            label_range=self.corpora[0].label_range,
            ids=self._labelled()[1],
            remarks=self._remarks(),
            attention=attention,
            title=f"{self.corpora[0].name}: {self.variants[0].name}",
        )
        self._keep_model(directory)
        report.write(directory)
        return report

    def config(self):
        """What the run was asked for, as JSON."""
        return {
            "variants": [variant.name for variant in self.variants],
            "seeds": self.seeds,
            "folds": len(self.corpora) if len(self.corpora) > 1 else None,
            **dataclasses.asdict(self.options),
        }

    def _claim(self, directory):
        """Refuse a folder in which another run is kept."""
        data = self.corpora[0].provenance
        mine = {
            "config": self.config(),
            "data": data.get("files") or data.get("seed", self.corpora[0].name),
            "protocol": data.get("protocol"),
            "samples": [
                {name: len(split) for name, split in corpus.splits.items()}
                for corpus in self.corpora
            ],
            "backend": keras.backend.backend(),
            "mmzoo": mmzoo.__version__,
        }
        text = json.dumps(mine, indent=2, sort_keys=True, default=str)
        path = directory / "run.json"
        if directory.exists() and not directory.is_dir():
            raise ValueError(f"{directory} is no folder: name another with --output.")
        if path.exists() and path.read_text() != text:
            raise ValueError(
                f"{directory} holds a run with other options, data or backend (see "
                f"{path}): name another folder with --output, or delete this one."
            )
        directory.mkdir(parents=True, exist_ok=True)
        temporary = directory / ".run.json.tmp"
        temporary.write_text(text)
        os.replace(temporary, path)

    def _folder(self, variant, control, seed, fold):
        name = variant.name + (f" {control}" if control else "")
        name = re.sub(r"[^a-z0-9+-]+", "_", name.replace("->", "-to-"))
        name += f"/seed_{seed}" + (f"_fold_{fold}" if len(self.corpora) > 1 else "")
        return pathlib.Path(self.directory) / "trainings" / name

    def _train_row(self, variant, control):
        """Results by seed and fold."""
        return [
            [
                self._train_once(variant, control, seed, fold)
                for fold in range(len(self.corpora))
            ]
            for seed in range(self.seeds)
        ]

    def _train_once(self, variant, control, seed, fold):
        folder = self._folder(variant, control, seed, fold)
        result = folder / "result.npz"
        saved = load_arrays(result, self.say)
        if saved is None:
            self.say(f"  seed {seed}" + (f", fold {fold}" if fold else ""))
            corpus, start = self.corpora[fold], time.time()
            keras.utils.clear_session()
            model, history = train_variant(
                variant, corpus, self.options, seed, folder, control, self.say
            )
            arrays = self._measure(model, variant, corpus, seed)
            _save_model(model, folder / "model.keras")
            seconds = time.time() - start
            save_arrays(result, history=json.dumps(history), seconds=seconds, **arrays)
            for checkpoint in folder.glob("*.npz"):
                if checkpoint != result:
                    checkpoint.unlink()
            saved = load_arrays(result, self.say)
        return saved

    def _measure(self, model, variant, corpus, seed):
        """Read the test split, once."""
        arrays = {"predictions": predict_sentiment(model, corpus.test, variant.source)}
        if variant.kind != "concat":
            explained, attention = measure_translation(
                model.translator, corpus.test, seed
            )
            for name, (errors, deviations) in explained.items():
                arrays[name], arrays[f"{name}_of"] = errors, deviations
            if attention is not None:
                arrays["attention"] = attention
        return arrays

    def _row(self, variant, control, results):
        def gather(name):
            return np.stack(
                [np.concatenate([fold[name] for fold in seed]) for seed in results]
            )

        labels, _, groups = self._labelled()
        metrics = [key for key in results[0][0] if f"{key}_of" in results[0][0]]
        return Row(
            name=variant.name,
            training=self.options.training
            if variant.kind != "concat"
            else "supervised",
            control=control,
            labels=labels,
            predictions=gather("predictions"),
            groups=groups,
            explained={
                name: (gather(name), gather(f"{name}_of")[0]) for name in metrics
            },
            history=[json.loads(str(seed[0]["history"])) for seed in results],
            seconds=sum(float(fold["seconds"]) for seed in results for fold in seed),
        )

    def _floors(self):
        labels, _, groups = self._labelled()
        modalities = sorted({m for v in self.variants for m in v.modalities})
        predictions = {
            (MAJORITY, "median"): [predict_majority(c) for c in self.corpora],
            (RIDGE, "closed form"): [
                predict_ridge(c, modalities) for c in self.corpora
            ],
        }
        return [
            Row(
                name=control if control == MAJORITY else "+".join(modalities),
                training=training,
                control=control,
                labels=labels,
                predictions=np.concatenate(parts),
                groups=groups,
            )
            for (control, training), parts in predictions.items()
        ]

    def _labelled(self):
        parts = [labelled(corpus.test) for corpus in self.corpora]
        labels = np.concatenate([part[0] for part in parts])
        ids, groups = (tuple(x for part in parts for x in part[i]) for i in (1, 2))
        return labels, ids, groups

    def _remarks(self):
        remarks = list(self.remarks)
        remarks.append(
            "Every phase stopped on the validation split and kept its best epoch; the "
            "test split was read once, after training."
        )
        if len(self.corpora) > 1:
            remarks.append(
                f"{len(self.corpora)}-fold cross-validation: every sample was tested "
                "once, by a model that saw neither it nor its validation fold's labels "
                "in training; curves are those of the first fold."
            )
        return tuple(remarks)

    def _keep_model(self, directory):
        """The first variant's model of the seed that did best on validation."""
        variant = self.variants[0]

        def best(seed):
            path = self._folder(variant, None, seed, 0) / "result.npz"
            history = json.loads(str(load_arrays(path)["history"]))
            return min(history["sentiment"]["val_sentiment_mae"])

        folder = self._folder(variant, None, min(range(self.seeds), key=best), 0)
        temporary = directory / ".model.keras.tmp"
        shutil.copyfile(folder / "model.keras", temporary)
        os.replace(temporary, directory / "model.keras")


def _save_model(model, path):
    """Save a `.keras` file that is whole or not there."""
    # Keras wants the ending.
    temporary = path.with_name(f".tmp_{path.name}")
    model.save(temporary)
    os.replace(temporary, path)
