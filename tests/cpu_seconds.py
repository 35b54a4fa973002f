"""A plugin of pytest that counts the CPU seconds of a run and holds them to a budget.

Wall time depends on what else the machine does; CPU seconds, those of children
included, do so far less. Each process counts its own tests, and the one that leads
the others adds all up.
"""

import os
from collections import Counter

import pytest

DEAREST = 30


def now():
    """User and system seconds of this process and of its children that have ended."""
    return sum(os.times()[:4])


def pytest_addoption(parser):
    """Add the switch of this plugin."""
    parser.getgroup("mmzoo").addoption(
        "--cpu-budget",
        type=float,
        metavar="SECONDS",
        help="name the dearest files, and fail above so many CPU seconds in all",
    )


def pytest_configure(config):
    """Count only where there is a budget."""
    budget = config.getoption("--cpu-budget")
    if budget is not None:
        config.pluginmanager.register(CpuSeconds(budget), "counted_cpu_seconds")


class CpuSeconds:
    """Count seconds a test, list the dearest files, and fail a run above a budget."""

    def __init__(self, budget):
        self.budget = budget
        self.tests = Counter()
        self.total = 0.0

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item):
        """Count a test with its fixtures."""
        before = now()
        try:
            return (yield)
        finally:
            self.tests[item.nodeid] += now() - before

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        """Add what a process of pytest-xdist counted."""
        counted = getattr(node, "workeroutput", {}).get("cpu_seconds")
        if counted is not None:
            self.tests.update(counted["tests"])
            self.total += counted["total"]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session):
        """Hand the count to the process that leads, which fails above the budget."""
        self.total += now()
        if hasattr(session.config, "workeroutput"):
            counted = {"tests": dict(self.tests), "total": self.total}
            session.config.workeroutput["cpu_seconds"] = counted
        elif self.total > self.budget and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return (yield)

    def pytest_terminal_summary(self, terminalreporter):
        """Name the dearest files, each with its dearest test."""
        terminalreporter.section(f"{self.total:.0f} CPU seconds")
        for line in dearest_files(self.tests):
            terminalreporter.write_line(line)
        if self.total > self.budget:
            terminalreporter.write_line(
                f"Above the budget of {self.budget:g}: make the tests cheaper, or "
                "raise the budget in the Makefile and say why.",
                red=True,
            )


def dearest_files(tests):
    """One line a file, the dearest first, from a dict of seconds by test."""
    files = {}
    for test, seconds in tests.items():
        file, _, name = test.partition("::")
        files.setdefault(file, Counter())[name] = seconds
    for file, own in sorted(files.items(), key=lambda each: -each[1].total())[:DEAREST]:
        ((name, most),) = own.most_common(1)
        yield f"{own.total():7.1f} s  {file}, of which {most:.1f} s {name}"
