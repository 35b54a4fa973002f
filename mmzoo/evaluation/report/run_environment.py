"""Where a report was made: versions, backend, platform and devices."""

import datetime
import importlib.metadata
import platform
import sys

import keras

from mmzoo.evaluation.report.processors import processors
from mmzoo.version import __version__

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


def environment():
    """What the numbers of a report depend on besides data and configuration.

    Returns:
        dict with `mmzoo` (version), `versions` of the packages that are installed,
        `python`, `backend`, `devices`, `platform`, `written_at` (UTC), and what
        `made_on` returns.
    """
    return {
        "mmzoo": __version__,
        "versions": _versions(),
        "python": platform.python_version(),
        "backend": keras.backend.backend(),
        "platform": f"{platform.system()} {platform.machine()}",
        **made_on(),
        "written_at": _now(),
    }


def made_on():
    """What may differ between two trainings of one command, and their numbers with it.

    Returns:
        dict with `devices`, `device_names` of accelerators, `precision` (Keras' global
        settings), and what `processors` returns.
    """
    return {
        "devices": _devices(),
        "device_names": _device_names(),
        "precision": precision(),
        **processors(),
    }


def precision():
    """The names of Keras' global settings that change what a model computes.

    Returns:
        dict with `dtype_policy` and `floatx`.
    """
    policy = keras.config.dtype_policy()
    return {"dtype_policy": policy.name, "floatx": keras.config.floatx()}


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


def _device_names():
    """The accelerators' own names, such as "NVIDIA H100"; empty on a CPU."""
    backend = keras.backend.backend()
    library = sys.modules.get(backend)
    if backend == "torch":
        places = range(library.cuda.device_count())
        return [library.cuda.get_device_name(place) for place in places]
    if backend == "jax":
        found = [device for device in library.devices() if device.platform != "cpu"]
        return [device.device_kind for device in found]
    if backend == "tensorflow":
        found = library.config.list_physical_devices("GPU")
        details = map(library.config.experimental.get_device_details, found)
        return [str(each.get("device_name")) for each in details]
    return []
