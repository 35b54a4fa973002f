"""Train every sequence model of the zoo on one corpus, and rank them on one page.

Reproduces: nothing; it answers "which model for my data?". All models have the same
            samples, budget, tuning and seeds. What their authors and others printed
            stands apart, with its source (recipes/results/published_models.csv).
Run:        python recipes/zoo.py --data sample
            python recipes/zoo.py --data mosi_utterances.npz --tune 8 --robustness
Expect:     leaderboard.md in the folder of the run, with score_against_cost.png.
"""

import pathlib
import sys

from mmzoo.command import FRAME_DATA, recipe_parser, run

ABOUT = f"""\
Every model that can be trained on the data has a row; the page names each that
cannot, and why: steps that are not aligned (--align-to text mends that), a
modality that is missing, labels of another kind. leaderboard.md in the folder of the
run has the scores over the seeds with intervals, tests against the LSTM baseline with
Holm's correction, parameters and seconds an epoch, floors without a network, published
figures apart, and a picture of score against cost.

The same for all: --epochs, --patience, --batch-size, --learning-rate, --seeds, and
with --tune N as many trials. An option of the models, such as --units 64, is taken by
those that have it.

  python recipes/zoo.py --data sample --seeds 1 --epochs 5     a first look
  python recipes/zoo.py --data DATA                            five seeds
  python recipes/zoo.py --data DATA --jobs 4 --tune 8          tuned; four at once
  python recipes/zoo.py --data DATA --robustness               and if data get lost
  python recipes/zoo.py --data DATA --variant text late_fusion_network:text+audio
                                        these rows alone; the first is the baseline

--robustness asks the trained models again, with one modality of the test data lost in
part, or altogether, or noisy; nothing is trained for it, so it can be asked for later
with the same command.

{FRAME_DATA}"""
PUBLISHED = pathlib.Path(__file__).resolve().parent / "results" / "published_models.csv"
SEEDS = 5


def parse(argv=None):
    """Read the command line."""
    parser = recipe_parser(__doc__.split("\n\n")[0], ABOUT, "sample")
    parser.add_argument(
        "--robustness",
        action="store_true",
        help="also measure what is left when modalities are lost or noisy",
    )
    parser.set_defaults(seeds=SEEDS)
    return parser.parse_args(argv)


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.command.train import train

    if arguments.output is None:
        name = pathlib.Path(arguments.data).resolve().stem
        arguments.output = f"runs/zoo_{name}"
    return train(arguments, leaderboard=PUBLISHED)


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))
