"""A study with a leaderboard to test with."""

from mmzoo.evaluation import Leaderboard, Report, environment
from mmzoo.evaluation.robustness import robustness_section
from tests.evaluation.rows import NUM_SAMPLES, make_row

FUSION, WORSE = "tensor_fusion_network:audio+text", "memory_fusion_network:audio+text"
PRINTED = {"data": "CMU-MOSI", "setting": "GloVe", "source": "A <paper>"}
PUBLISHED = [
    {"model": "tensor_fusion_network", "printed": "TFN", "figures": {"mae": ".970"}},
    {"model": "late_fusion_network", "printed": "LF", "figures": {"mae": ".5"}},
]
MODELS = {
    "audio+text": "lstm_baseline",
    FUSION: "tensor_fusion_network",
    WORSE: "memory_fusion_network",
    "text->audio": "seq2seq_translator",
}


def curves(noise):
    scores = [[0.8, 0.5], [0.7, 0.5]]
    return [
        {
            "name": name,
            "training": "supervised",
            "noise": noise,
            "modality": "text",
            "scores": [[x - 0.1 * place for x in seed] for seed in scores],
        }
        for place, name in enumerate([FUSION, "audio+text"])
    ]


def make_ranked(seeds=3, **board):
    """Four rows, of which the second is best and the third worst, and a floor."""
    cost = {"epochs": 10, "training": "supervised", "seeds": seeds}
    rows = [
        make_row("audio+text", noise=0.8, seconds=20.0, parameters=100, **cost),
        make_row(FUSION, noise=0.2, seconds=40.0, parameters=2000, **cost),
        make_row(WORSE, noise=2.0, seconds=90.0, parameters=3000, **cost),
        make_row("text->audio", noise=0.8, seconds=80.0, **cost),
        make_row("majority", "median", noise=1.5, control="majority", seeds=1),
    ]
    published = [{**PRINTED, **line} for line in PUBLISHED]
    left_out = {"image_text_classifier": "there is no <image>"}
    robust = robustness_section(
        curves("words lost") + curves("gaussian noise"), (0, 1), "acc2_has0"
    )
    fields = {
        "baseline": "audio+text",
        "left_out": left_out,
        "published": published,
        "robustness": robust,
    }
    board = Leaderboard(MODELS, **{**fields, **board})
    facts = {"name": "mosi"}, {"epochs": 10, "seeds": seeds}, environment(), (-3, 3)
    return Report(rows, *facts, range(NUM_SAMPLES), title="mosi", leaderboard=board)
