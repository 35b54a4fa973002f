"""The shape of `report.json`, which `schema.json` states."""

import importlib.resources
import json

from mmzoo.evaluation.report.file_formats import json_text

SCHEMA = "mmzoo.report/1"


def validate_report(report):
    """Check what a `report.json` holds against the schema of its version.

    Args:
        report: dict, as `json.load` gives it.

    Raises:
        ValueError: it has another shape, or holds a NaN; the message names where.
        ImportError: jsonschema is not installed.
    """
    try:
        import jsonschema
    except ImportError as error:
        message = "validate_report needs jsonschema: pip install 'mmzoo[dev]'."
        raise ImportError(message) from error
    json_text(report)
    source = importlib.resources.files("mmzoo.evaluation.report") / "schema.json"
    validator = jsonschema.Draft202012Validator(json.loads(source.read_text("utf-8")))
    faults = sorted(validator.iter_errors(report), key=lambda fault: fault.json_path)
    if faults:
        listed = "; ".join(f"{f.json_path}: {f.message[:200]}" for f in faults[:5])
        raise ValueError(
            f"The report is not {SCHEMA}: {listed}. Write it with Report.write, or "
            "read it with the version of mmzoo that wrote it."
        )
