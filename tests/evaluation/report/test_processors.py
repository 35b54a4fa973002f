import json
import os
import platform
import subprocess
import sys

import keras
import pytest
from threadpoolctl import threadpool_limits

from mmzoo.evaluation.report import processors

COUNT = """
import json, os, runpy, sys
found = runpy.run_path(sys.argv[1])
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
print(json.dumps(found["processors"]()))
"""


def test_cores_in_use_are_those_of_the_process():
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system binds no process to cores")
    command = [sys.executable, "-c", COUNT, processors.__file__]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["cores_in_use"] == 1
    assert found["cores_of_machine"] == os.cpu_count()


@pytest.mark.every_backend
def test_threads_of_the_backend_are_told():
    keras.ops.zeros(())
    found = processors.processors()["threads"]
    assert keras.backend.backend() in found
    assert all(number >= 0 for number in found.values())
    if keras.backend.backend() == "torch":
        assert found["torch"] == sys.modules["torch"].get_num_threads()


def test_threads_follow_what_was_set():
    with threadpool_limits(limits=1, user_api="blas"):
        found = processors.processors()["threads"]
    kinds = ("openblas", "mkl", "blis")
    blas = [number for name, number in found.items() if name.startswith(kinds)]
    assert blas and set(blas) == {1}


def test_settings_are_told_and_secrets_are_not(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    monkeypatch.setenv("TF_API_TOKEN", "secret")
    monkeypatch.setenv("OTHER", "x")
    found = processors.processors()["variables"]
    assert found["OMP_NUM_THREADS"] == "3"
    assert found["XLA_FLAGS"] == "--xla_cpu_multi_thread_eigen=false"
    assert not {"TF_API_TOKEN", "OTHER"} & set(found)


@pytest.mark.parametrize(
    ("texts", "quota"),
    [
        (["150000 100000"], 1.5),
        (["max 100000"], None),
        (["", "200000", "100000"], 2.0),
        (["", "-1", "100000"], None),
        ([], None),
    ],
)
def test_the_quota_of_a_container(tmp_path, monkeypatch, texts, quota):
    files = [tmp_path / name for name in ("max", "quota", "period")]
    for file, text in zip(files, texts, strict=False):
        file.write_text(text)
    if texts[1:]:
        files[0].unlink()
    monkeypatch.setattr(processors, "QUOTA_FILE", files[0])
    monkeypatch.setattr(processors, "OLD_QUOTA_FILES", files[1:])
    assert processors.processors().get("cpu_quota") == quota


def test_processor_without_cpuinfo(monkeypatch):
    monkeypatch.setattr(processors, "CPU_FILE", "/no/such/file")
    monkeypatch.setattr(platform, "processor", lambda: "a processor")
    found = processors.processors()
    assert (found["processor"], found["instructions"]) == ("a processor", [])
