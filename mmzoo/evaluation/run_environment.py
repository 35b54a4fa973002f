"""Where a report was made: versions, backend, platform and devices."""

import datetime
import importlib.metadata
import os
import platform
from pathlib import Path

import keras

PACKAGES = (
    "keras",
    "tensorflow",
    "jax",
    "torch",
    "keras-hub",
    "numpy",
    "scipy",
    "scikit-learn",
    "h5py",
    "matplotlib",
)
CPU_FILE = "/proc/cpuinfo"


def environment():
    """What the numbers of a report depend on besides data and configuration.

    Returns:
        dict with `mmzoo` (version), `versions` of the packages that are installed,
        `python`, `backend`, `devices`, `platform`, `processor`, `cpu_cores` and
        `written_at` (UTC).
    """
    from mmzoo import __version__

    return {
        "mmzoo": __version__,
        "versions": _versions(),
        "python": platform.python_version(),
        "backend": keras.backend.backend(),
        "devices": _devices(),
        "platform": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cpu_cores": os.cpu_count(),
        "written_at": _now(),
    }


def _now():
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _versions():
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def _devices():
    if keras.backend.backend() == "torch":
        # keras.distribution cannot list the devices of this backend.
        return [str(keras.ops.zeros(()).device)]
    return [str(device) for device in keras.distribution.list_devices()]


def _processor():
    """The processor's name; Linux keeps it in a file, others tell platform."""
    try:
        for line in Path(CPU_FILE).read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
