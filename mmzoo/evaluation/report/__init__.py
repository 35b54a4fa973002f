"""The report of a run: its files, its sentences, and what it was measured with."""

from mmzoo.evaluation.report.joined_report import join_reports
from mmzoo.evaluation.report.leaderboard import Leaderboard
from mmzoo.evaluation.report.paired_tests import holm, paired_tests
from mmzoo.evaluation.report.plain_table import table
from mmzoo.evaluation.report.report import Report
from mmzoo.evaluation.report.run_environment import environment
from mmzoo.evaluation.report.schema import validate_report
from mmzoo.evaluation.report.verdict_rules import (
    ensemble_verdict,
    latent_verdict,
    regressor_verdict,
    translation_verdict,
    verdicts,
)

__all__ = [
    "Leaderboard",
    "Report",
    "environment",
    "holm",
    "join_reports",
    "paired_tests",
    "regressor_verdict",
    "table",
    "ensemble_verdict",
    "latent_verdict",
    "translation_verdict",
    "validate_report",
    "verdicts",
]
