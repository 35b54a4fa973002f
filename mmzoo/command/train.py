"""`mmzoo train`: data in, models and a report out."""

import contextlib
import dataclasses
import pathlib

from mmzoo.command.flags import model_flags
from mmzoo.command.leaderboard_rows import leaderboard_rows
from mmzoo.command.train_arguments import READING
from mmzoo.command.trusted import import_trusted
from mmzoo.data import read
from mmzoo.evaluation import read_published, table
from mmzoo.models.registry import list_models
from mmzoo.training import (
    Experiment,
    FrontEnds,
    Pretraining,
    TrainingOptions,
    Variant,
    data_remarks,
    regime_for,
)
from mmzoo.training.kept_variants import held_variants, with_rows_kept
from mmzoo.training.plan import plan
from mmzoo.training.pretraining import unlabelled
from mmzoo.training.regime import readable

WITHOUT_TEST = (
    "The test split of the data was not read: what is tested here are training and "
    "validation samples, each by a model that did not see it, so that the figures may "
    "choose a model."
)


def train(
    arguments,
    regime=None,
    controls=None,
    published=None,
    elsewhere=None,
    leaderboard=None,
    corpus=None,
    **given,
):
    """Train the variants that suit the data, or those asked for, and report.

    Args:
        arguments: words of the command line: `data`, and what `add_run` and
            `add_options` add.
        regime: optional `Regime`; where not given, that of the data.
        controls: optional dict from the name of a variant to a list of its `Control`.
        published: optional csv of a paper's figures, as `read_published` takes it; on
            other data than it says, it is left out. What `--published` names is not.
        elsewhere: optional csv of figures that a paper prints beside its own although
            they are of other data, which a remark of the report says.
        leaderboard: optional csv of what others printed for models, as
            `read_published_models` takes it: every model that the data can train has a
            row then, and the report ranks them.
        corpus: optional `Corpus`, what a recipe made of the data; where not given, they
            are read.
        **given: options of the training, the front ends and the models, which go
            before the regime's; what the command line says goes before both.

    Returns:
        The `Report`.
    """
    import_trusted(arguments.trust)
    asked = arguments.variant or ()
    name = pathlib.Path(arguments.data).resolve().stem
    output = arguments.output or pathlib.Path("runs") / name
    needed = _modalities([*held_variants(output), *map(Variant.parse, asked)])
    corpus = _asked_of(corpus, arguments, needed)
    # A fault of its own table shows before the training.
    figures = _figures(arguments.published, published, corpus.name)
    regime = regime or regime_for(corpus)
    given = {**regime.options, **given, **vars(arguments)}
    own = {f.name: given[f.name] for f in model_flags() if f.name in given}
    ends = FrontEnds(**_of(FrontEnds, given))
    options = TrainingOptions(**_of(TrainingOptions, given))
    names, board = arguments.variant or regime.variants_of(corpus), None
    if leaderboard is not None:
        fold = _prepared(corpus, ends, readable(corpus), arguments.folds)[0]
        told = fold, regime, options, own, ends, leaderboard
        names, board = leaderboard_rows(asked, *told)
        # A control stands beside what it controls, and is no model to be ranked.
        controls = dict.fromkeys(names, ())
    if not names:
        raise ValueError(f"{arguments.data}: there is nothing that a model reads.")
    parsed = [Variant.parse(name) for name in names]
    variants = [
        dataclasses.replace(each, controls=(controls or {}).get(each.name))
        for each in parsed
    ]
    # Rows that the folder has already stand in the same report.
    rows, architecture = with_rows_kept(output, variants, own, whole=False)
    # What is refused is refused before these encoders read the data, maybe for hours.
    plan(rows, options, architecture, ends)
    corpora = _prepared(corpus, ends, _modalities(rows), arguments.folds)
    pretraining = None
    if arguments.pretrain is not None:
        pretraining = _pretraining(arguments, ends, rows)
    remarks, subsets = _remarks(corpus, arguments, regime, rows)
    asked_for = regime.architecture_for(corpora[0], variants) | own
    # What is refused of the new rows alone may stand beside those of the folder.
    rows, architecture = with_rows_kept(output, variants, asked_for)
    if elsewhere is not None:
        told = read_published(elsewhere).told_elsewhere(corpus.name)
        remarks = [*remarks, told]
    experiment = Experiment(
        corpora,
        rows,
        options,
        arguments.seeds,
        output,
        architecture=architecture,
        front_ends=ends,
        remarks=remarks,
        subsets={} if corpora[1:] or corpus.labels_per == "step" else subsets,
        pretraining=pretraining,
        jobs=arguments.jobs,
        ray=arguments.ray,
        tune=arguments.tune,
        tune_seeds=arguments.tune_seeds,
        space=arguments.space,
        published=figures,
        leaderboard=board,
        robustness=getattr(arguments, "robustness", False),
        ensembles=[[_title(x) for x in each] for each in arguments.ensemble],
    )
    print(corpus.summary(), flush=True)
    report = experiment.run()
    page = "report.md" if board is None else "leaderboard.md"
    print(f"\n{table(report.rows)}\n\nEverything is in {output}: read {page} there.")
    return report


def _title(given):
    """The title of a row, `"mean pooling: audio"`, its variant spelt as reports do."""
    control, _, variant = given.rpartition(": ")
    if control in list_models():
        # A model and its modalities, with a blank between them.
        return Variant.parse(given).name
    name = Variant.parse(variant).name
    return f"{control}: {name}" if control else name


def _asked_of(corpus, arguments, needed):
    """The corpus that is trained on, read where none is given."""
    if corpus is None:
        how = {name: getattr(arguments, name) for name in ("strict", *READING)}
        given = arguments.data, arguments.protocol
        corpus = _read(*given, needed, "--variant", **how)
    if arguments.without_test:
        corpus = _without_test(corpus, arguments.folds)
    if arguments.in_classes is not None:
        corpus = corpus.in_classes(arguments.in_classes)
    return corpus


def _remarks(corpus, arguments, regime, rows):
    """What a report says of the data, and the parts of the test split that it tells."""
    if arguments.without_test:
        return [WITHOUT_TEST], {}
    # Who asks for rows knows what the data have.
    expected = () if arguments.variant else regime.modalities
    return data_remarks(corpus, expected, _modalities(rows))


def _without_test(corpus, folds):
    """The corpus of training and validation samples, for folds of these alone."""
    if folds is None:
        raise ValueError(
            "--without-test leaves nothing to test on: add --folds K, which tests on "
            "training and validation samples."
        )
    kept = {name: rows for name, rows in corpus.splits.items() if name != "test"}
    return dataclasses.replace(corpus, splits=kept)


def _modalities(variants):
    return {name for variant in variants for name in variant.modalities}


def _pretraining(arguments, ends, rows):
    """The other corpus, read and prepared as the data at hand."""
    translated = _modalities([row for row in rows if row.needs_regressor])
    how = {"strict": arguments.strict, "align_to": arguments.align_to}
    given = arguments.pretrain, arguments.pretrain_protocol
    if "text" in translated and ends.text_encoder == "word2vec":
        raise ValueError(
            "--pretrain: word2vec learns other columns from the words of each corpus, "
            "and no weights go from one to the other: name a text file of word vectors "
            "as --text-encoder, or leave --pretrain out."
        )
    corpus = unlabelled(_read(*given, translated, "--pretrain", **how))
    return Pretraining(ends.prepare(corpus, sorted(translated)))


def _figures(asked, offered, data):
    """The paper's figures that were asked for, or those offered for these data."""
    if asked:
        return read_published(asked)
    figures = read_published(offered) if offered else None
    return figures if figures and figures.is_for(data) else None


def _read(path, protocol, needed, flag, **how):
    """Read data in a protocol that has all modalities that a flag needs."""
    corpus = read(path, protocol, **how)
    if needed <= readable(corpus):
        return corpus
    others = corpus.provenance.get("other_protocols", ())
    for other in others if protocol is None else ():
        # A protocol that these data do not have is no answer.
        with contextlib.suppress(ValueError):
            candidate = read(path, other, **how)
            if needed <= readable(candidate):
                return candidate
    try:
        # The reader knows why it leaves a modality out.
        read(path, protocol, modalities=sorted(needed), **how)
    except ValueError as error:
        raise ValueError(f"{flag} needs {sorted(needed)}: {error}") from error
    missing = " or ".join(sorted(needed - readable(corpus)))
    raise ValueError(f"{flag} needs {sorted(needed)}: {corpus.name} has no {missing}.")


def _prepared(corpus, ends, modalities, folds):
    """The corpus, or its folds, with what frozen front ends make."""
    modalities = sorted(modalities)
    if folds is None:
        folds = corpus.provenance.get("folds_advised")
    if folds is not None or corpus.given_folds:
        return ends.prepare_folds(corpus, modalities, folds)
    return [ends.prepare(corpus, modalities)]


def _of(options, given):
    """Those of some arguments that a dataclass has."""
    names = {field.name for field in dataclasses.fields(options)}
    return {name: value for name, value in given.items() if name in names}
