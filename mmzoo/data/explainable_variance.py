"""How much of a modality of the built-in sample others determine, by construction."""

import numpy as np

from mmzoo.data.synthetic import FEATURES, sample_corpus, sample_process


def explainable_variance(
    source: list[str], target: list[str], seed: int = 0, split: str = "test"
) -> float:
    """Share of the target's variance that its source determines by construction.

    This is the bound for any translation of the sample, in closed form (see
    `HiddenProcess.explained`): the best prediction of every observed target frame
    from the whole source sequence, averaged over the sequences of a split.
    Frames are standardised, so that features count equally, as observed steps do.
    A modality on both sides is known altogether.

    Args:
        source: Modalities of the source.
        target: Modalities of the target.
        seed: Seed of the sample. Defaults to `0`.
        split: Split whose lengths and unobserved steps count. Defaults to `"test"`.

    Returns:
        Fraction of the variance, from 0 to 1.
    """
    process = sample_process(np.random.default_rng(seed))
    rows = sample_corpus(seed).splits[split].sequences
    explained = total = 0.0
    for i in range(len(rows["text"])):
        present = {name: rows[name][i][1] for name in FEATURES}
        for name in target:
            steps = present[name].sum() * FEATURES[name]
            total += steps
            if name in source:
                explained += steps
            else:
                shown = {key: present[key] for key in source}
                explained += process.explained(name, shown)[present[name]].sum()
    return float(explained / total)
