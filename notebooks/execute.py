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
FORGET = "get_ipython().reset()"
# Numbers depend on the backend and on the number of threads.
SETTINGS = {"KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1"}


def executed(scripts):
    """The notebooks of scripts in the percent format, with their outputs.

    One kernel executes all, which imports a backend once, and forgets every name in
    between.
    """
    notebooks = [_unexecuted(script) for script in scripts]
    whole = nbformat.v4.new_notebook()
    for notebook in notebooks:
        whole.cells += [*notebook.cells, nbformat.v4.new_code_cell(FORGET)]
    client = nbclient.NotebookClient(whole, timeout=600, kernel_name="python3")
    client.execute(cwd=HERE, env=os.environ | SETTINGS)
    whole.metadata.language_info.pop("version")
    for notebook in notebooks:
        notebook.metadata.language_info = whole.metadata.language_info
        _clean(notebook)
    return notebooks


def _unexecuted(script):
    notebook = jupytext.read(script)
    notebook.metadata.pop("jupytext", None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return notebook


def _clean(notebook):
    """Number the code cells of a notebook by themselves; leave out what has no use."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        cell.outputs = list(_outputs(cell))
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number


def _outputs(cell):
    """What a cell printed, in one piece, and then what it shows."""
    printed = "".join(x.text for x in cell.outputs if x.get("name") == "stdout")
    if printed:
        yield nbformat.v4.new_output("stream", name="stdout", text=printed)
    yield from (x for x in cell.outputs if x.output_type != "stream")


def main(folder=HERE):
    """Write every notebook into a folder."""
    scripts = sorted(HERE.glob("[0-9]*.py"))
    for script, notebook in zip(scripts, executed(scripts), strict=True):
        path = pathlib.Path(folder) / script.with_suffix(".ipynb").name
        nbformat.write(notebook, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
