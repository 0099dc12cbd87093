"""Executes a notebook through nbclient, and says how it goes in lines of JSON.

Arguments: notebook, output, kernel, seconds a cell, "svg" where each chart is to get one, and the source of
a cell with parameters, if there is to be one. Of such a chart the figure is printed; the answer, a line of
standard input, is its SVG as JSON, or null.
"""
import json
import os
import sys

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

source, target, kernel, timeout, svg, parameters = sys.argv[1:]


def report(event, **fields):
    # What the kernel prints here may stand in the middle of a line.
    print("\n" + json.dumps({"event": event, **fields}), flush=True)


def tagged(cell, tag):
    return tag in cell.metadata.get("tags", [])


try:
    notebook = nbformat.read(source, as_version=4)
    nbformat.validate(notebook)
except Exception as error:
    report("unreadable", reason=str(error).split("\n")[0])
    sys.exit(1)

if parameters:
    cells = [cell for cell in notebook.cells if not tagged(cell, "injected-parameters")]
    at = next(i for i, cell in enumerate(cells) if tagged(cell, "parameters")) + 1
    injected = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["injected-parameters"]})
    notebook.cells = [*cells[:at], injected, *cells[at:]]

code = [cell for cell in notebook.cells if cell.cell_type == "code"]
kernel = notebook.metadata.get("kernelspec", {}).get("name", kernel)
running = 0


def starts(cell, **_):
    global running
    if cell.cell_type == "code":
        running = next(i for i, other in enumerate(code, 1) if other is cell)
        report("cell", cell=running, cells=len(code))


def fails(error):
    text = code[running - 1].source if running else ""
    report("failed", cell=running, source=text, error=error)
    sys.exit(1)


client = NotebookClient(
    notebook,
    timeout=float(timeout),
    kernel_name=kernel,
    on_cell_start=starts,
    record_timing=False,
    resources={"metadata": {"path": os.path.dirname(source)}},
)
try:
    client.execute()
except CellExecutionError as error:
    fails(f"{error.ename}: {error.evalue}")
except CellTimeoutError:
    fails(f"it took longer than {timeout} s (--timeout)")
except DeadKernelError:
    fails("the kernel died")
except NoSuchKernel as error:
    report("no kernel", kernel=error.name)
    sys.exit(1)

for output in (output for cell in code for output in cell.outputs if svg == "svg"):
    data = output.get("data", {})
    figure = data.get("application/vnd.plotly.v1+json")
    if figure is not None and "image/svg+xml" not in data:
        report("figure", figure=figure)
        drawn = json.loads(sys.stdin.readline())
        if drawn is not None:
            data["image/svg+xml"] = drawn

part = f"{target}.{os.getpid()}.part"
try:
    nbformat.write(notebook, part)
    os.replace(part, target)
except Exception as error:
    if os.path.exists(part):
        os.remove(part)
    reason = getattr(error, "strerror", None) or str(error).split("\n")[0]
    report("unwritable", reason=reason)
    sys.exit(1)
report("done", cells=len(code))
