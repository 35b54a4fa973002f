"""The cores and threads that sums were split over, which decides their last bits."""

import os
import platform
import sys
from pathlib import Path

CPU_FILE = "/proc/cpuinfo"
QUOTA_FILE = "/sys/fs/cgroup/cpu.max"
OLD_QUOTA_FILES = (
    "/sys/fs/cgroup/cpu/cpu.cfs_quota_us",
    "/sys/fs/cgroup/cpu/cpu.cfs_period_us",
)
# Libraries choose their fastest code by these.
INSTRUCTIONS = ("sse4_2", "avx", "avx2", "fma", "avx512f", "amx_tile", "asimd", "sve")
# Settings of the process that change threads, precision or the choice of an algorithm.
VARIABLES = ("OMP_", "MKL_", "OPENBLAS_", "ONEDNN_", "XLA_", "JAX_", "TF_", "TORCH_")
VARIABLES += ("CUDA_", "CUBLAS_", "NVIDIA_TF32", "NPROC", "KERAS_")


def processors():
    """What a number may depend on besides code, data and versions.

    Returns:
        dict with `processor` (its name), `instructions` (those that decide which code
        of a library runs), `cores_in_use` (those that this process may use),
        `cores_of_machine`, `cpu_quota` (the cores' worth of time that a container may
        use, where it is limited), `threads` by library (0: the library's own choice,
        the cores in use), and `variables` of the process that change any of it.
    """
    found = {
        "processor": _processor(),
        "instructions": [each for each in INSTRUCTIONS if each in _flags()],
        "cores_in_use": _cores_in_use(),
        "cores_of_machine": os.cpu_count(),
        "threads": _threads(),
        "variables": _variables(),
    }
    quota = _quota()
    return found | ({"cpu_quota": quota} if quota else {})


def _cores_in_use():
    """How many cores this process may run on: XLA makes a thread of each."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        # Neither macOS nor Windows binds a process to cores.
        return os.cpu_count() or 1


def _threads():
    """Threads by library, of those that are loaded."""
    from threadpoolctl import threadpool_info

    found = {
        f"{pool['internal_api']} {pool['version'] or ''}".strip(): pool["num_threads"]
        for pool in threadpool_info()
    }
    torch, tensorflow = (sys.modules.get(name) for name in ("torch", "tensorflow"))
    if hasattr(torch, "get_num_threads"):
        found["torch"] = torch.get_num_threads()
        found["torch between operations"] = torch.get_num_interop_threads()
    if hasattr(tensorflow, "config"):
        pools = tensorflow.config.threading
        found["tensorflow"] = pools.get_intra_op_parallelism_threads()
        between = pools.get_inter_op_parallelism_threads()
        found["tensorflow between operations"] = between
    if "jax" in sys.modules:
        found["jax"] = _cores_in_use()
    return found


def _variables():
    names = (name for name in os.environ if name.startswith(VARIABLES))
    # A path says who someone is, and a token what nobody may know.
    hidden = ("PATH", "DIR", "HOME", "TOKEN", "KEY", "FILE")
    return {
        name: os.environ[name]
        for name in sorted(names)
        if not any(word in name for word in hidden)
    }


def _quota():
    """Cores' worth of time that the container may use; None without a limit."""
    try:
        limit, period = Path(QUOTA_FILE).read_text().split()
    except (OSError, ValueError):
        try:
            limit, period = (Path(file).read_text() for file in OLD_QUOTA_FILES)
        except OSError:
            return None
    try:
        share = int(limit) / int(period)
    except (ValueError, ZeroDivisionError):
        # "max", or what a later kernel may write.
        return None
    return round(share, 2) if share > 0 else None


def _cpu_lines():
    try:
        return Path(CPU_FILE).read_text(errors="replace").splitlines()
    except OSError:
        return []


def _flags():
    """What the first core of the machine can do."""
    for line in _cpu_lines():
        if line.lower().startswith(("flags", "features")):
            return line.partition(":")[2].split()
    return []


def _processor():
    """The processor's name; Linux keeps it in a file, others tell platform."""
    for line in _cpu_lines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
