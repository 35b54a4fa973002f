"""`mmzoo train`: data in, models and a report out."""

import contextlib
import dataclasses
import pathlib

from mmzoo.command.flags import model_flags
from mmzoo.command.train_arguments import READING
from mmzoo.command.trusted import import_trusted
from mmzoo.data import read
from mmzoo.evaluation import table
from mmzoo.training import (
    Experiment,
    FrontEnds,
    TrainingOptions,
    Variant,
    data_remarks,
    regime_for,
)
from mmzoo.training.experiment import held_variants
from mmzoo.training.regime import readable


def train(arguments, regime=None, controls=None, **given):
    """Train the variants that suit the data, or those asked for, and report.

    Args:
        arguments: words of the command line: `data`, and what `add_run` and
            `add_options` add.
        regime: optional `Regime`; where not given, that of the data.
        controls: optional dict from the name of a variant to a list of its `Control`.
        **given: options of the training, the front ends and the models, which go
            before the regime's; what the command line says goes before both.

    Returns:
        The `Report`.
    """
    import_trusted(arguments.trust)
    name = pathlib.Path(arguments.data).resolve().stem
    output = arguments.output or pathlib.Path("runs") / name
    corpus = _read(arguments, held_variants(output))
    regime = regime or regime_for(corpus)
    names = arguments.variant or regime.variants_of(corpus)
    if not names:
        raise ValueError(f"{arguments.data}: there is nothing that a model reads.")
    parsed = [Variant.parse(name) for name in names]
    variants = [
        dataclasses.replace(each, controls=(controls or {}).get(each.name))
        for each in parsed
    ]
    named = [flag.name for flag in model_flags()]
    given = {**regime.options, **given, **vars(arguments)}
    ends = FrontEnds(**_of(FrontEnds, given))
    # Rows that the folder has already stand in the same report.
    rows = [*held_variants(output), *variants]
    corpora = _prepared(corpus, ends, rows, arguments.folds)
    # Who asks for rows knows what the data have.
    expected = () if arguments.variant else regime.modalities
    remarks, subsets = data_remarks(corpus, expected)
    experiment = Experiment(
        corpora,
        variants,
        TrainingOptions(**_of(TrainingOptions, given)),
        arguments.seeds,
        output,
        architecture=regime.architecture_for(corpora[0], variants)
        | {name: given[name] for name in named if name in given},
        front_ends=ends,
        remarks=remarks,
        subsets=subsets if len(corpora) == 1 else {},
        jobs=arguments.jobs,
        ray=arguments.ray,
    )
    print(corpus.summary(), flush=True)
    report = experiment.run()
    print(f"\n{table(report.rows)}\n\nEverything is in {output}: read report.md there.")
    return report


def _read(arguments, held):
    """Read the data, in a protocol that has all modalities asked for, and held."""
    variants = [*held, *map(Variant.parse, arguments.variant or ())]
    needed = {name for variant in variants for name in variant.modalities}
    how = {name: getattr(arguments, name) for name in ("strict", *READING)}
    corpus = read(arguments.data, arguments.protocol, **how)
    if needed <= readable(corpus):
        return corpus
    others = corpus.provenance.get("other_protocols", ())
    for other in others if arguments.protocol is None else ():
        # A protocol that these data do not have is no answer.
        with contextlib.suppress(ValueError):
            candidate = read(arguments.data, other, **how)
            if needed <= readable(candidate):
                return candidate
    try:
        # The reader knows why it leaves a modality out.
        read(arguments.data, arguments.protocol, modalities=sorted(needed), **how)
    except ValueError as error:
        raise ValueError(f"--variant needs {sorted(needed)}: {error}") from error
    missing = " or ".join(sorted(needed - readable(corpus)))
    raise ValueError(
        f"--variant needs {sorted(needed)}: {corpus.name} has no {missing}."
    )


def _prepared(corpus, ends, variants, folds):
    """The corpus, or its folds, with what frozen front ends make."""
    modalities = sorted({name for each in variants for name in each.modalities})
    if folds is None:
        folds = corpus.provenance.get("folds_advised")
    if folds is not None or corpus.given_folds:
        return ends.prepare_folds(corpus, modalities, folds)
    return [ends.prepare(corpus, modalities)]


def _of(options, given):
    """Those of some arguments that a dataclass has."""
    names = {field.name for field in dataclasses.fields(options)}
    return {name: value for name, value in given.items() if name in names}
