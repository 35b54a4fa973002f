"""Features of openSMILE, and of OpenFace beside them: see `feature_folder`.

Each csv is a clip, or has a column that names the clips: `name;frameTime;...` of the
program, `file,start,end,...` of its package for Python. A row is a step, so that
descriptors become a sequence, functionals a sequence of one step.
"""

from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers.feature_folder import feature_files as files
from mmzoo.data.readers.feature_folder import holds, read_features
from mmzoo.data.readers.labels_csv import PROTOCOLS

__all__ = ["FORMAT", "PROTOCOLS", "SEVERAL_LABELS", "files", "matches", "read"]

FORMAT = "openSMILE features (csv with name;frameTime;..., and labels.csv)"
SEVERAL_LABELS = True


def matches(path: Path) -> bool:
    """Whether the path is such a csv, or a folder with one."""
    return holds(path, "audio") or _only_arff(path)


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
) -> Corpus:
    """Read the features and the labels beside them."""
    if _only_arff(path):
        fault = "openSMILE has written its features as .arff, which is not read"
        remedy = "Write csv: -csvoutput or -lldcsvoutput in place of -arffoutput"
        raise DataError(path, fault, remedy)
    return read_features(path, protocol, strict, answering, label)


def _only_arff(path: Path) -> bool:
    if path.is_file():
        return path.suffix.lower() == ".arff"
    return any(path.glob("*.arff")) and not any(path.glob("*.csv"))
