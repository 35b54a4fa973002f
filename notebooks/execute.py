"""Make each notebook of this folder from its script, and execute it.

Run:    python notebooks/execute.py [FOLDER]        (or `make notebooks`)

The notebooks are written here, or into FOLDER. Times, random ids and what libraries
say on standard error are left out, so that the same numbers are the same file.
"""

import os
import pathlib
import sys

import jupytext
import nbclient
import nbformat

HERE = pathlib.Path(__file__).resolve().parent
# Numbers depend on the backend and on the number of threads.
SETTINGS = {"KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1"}


def executed(script):
    """The notebook of a script in the percent format, with its outputs."""
    notebook = jupytext.read(script)
    notebook.metadata.pop("jupytext", None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    client = nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3")
    client.execute(cwd=HERE, env=os.environ | SETTINGS)
    notebook.metadata.language_info.pop("version")
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = list(_outputs(cell))
    return notebook


def _outputs(cell):
    """What a cell printed, in one piece, and then what it shows."""
    printed = "".join(x.text for x in cell.outputs if x.get("name") == "stdout")
    if printed:
        yield nbformat.v4.new_output("stream", name="stdout", text=printed)
    yield from (x for x in cell.outputs if x.output_type != "stream")


def main(folder=HERE):
    """Write every notebook into a folder."""
    for script in sorted(HERE.glob("[0-9]*.py")):
        path = pathlib.Path(folder) / script.with_suffix(".ipynb").name
        nbformat.write(executed(script), path)


if __name__ == "__main__":
    main(*sys.argv[1:])
