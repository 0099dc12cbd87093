"""What the sides of Keras and PyTorch have in common: the shared files, and answering questions."""

import json
import os
import sys
import time

import numpy as np

# Keras adds Adam's epsilon elsewhere; with next to none that should not matter.
CHECK_EPSILON = 1e-12

request = json.loads(sys.argv[1])
workload = request["workload"]
model = workload["model"]
threads = request["threads"]


def path(name):
    return os.path.join(request["folder"], name)


def read_batches():
    """[(x, y), ...] as numpy arrays."""
    with open(path("batches.json")) as file:
        shapes = json.load(file)
    x, y = (
        np.fromfile(path(f"{name}.bin"), shapes[name]["dtype"]).reshape(-1, *shapes[name]["shape"])
        for name in ("x", "y")
    )
    return list(zip(x, y))


with open(path("initial.json")) as file:
    variables = json.load(file)


def read_initial():
    """The initial weights by name, shaped as in tf.layers."""
    flat = np.fromfile(path("initial.bin"), np.float32)
    arrays = {}
    start = 0
    for variable in variables:
        size = int(np.prod(variable["shape"]))
        arrays[variable["name"]] = flat[start : start + size].reshape(variable["shape"])
        start += size
    return arrays


def write_gradients(side, gradients):
    """@param gradients: arrays by name, shaped as in tf.layers."""
    ordered = [np.asarray(gradients[variable["name"]], np.float32) for variable in variables]
    np.concatenate([array.ravel() for array in ordered]).tofile(path(f"{side}.gradients"))


def peak_memory():
    """In bytes. Linux counts what a process's parent held before it in ru_maxrss, but not here."""
    try:
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def serve(name, batches, gradients, make_step):
    """Answers until standard input ends.

    gradients: of a batch, arrays by name, before any step.
    make_step: from a learning rate and Adam's epsilon, a function that takes a step on a batch and returns its loss.
    """
    print(json.dumps({}), flush=True)
    step = None
    taken = 0
    for line in sys.stdin:
        question = json.loads(line)
        if "check" in question:
            check = question["check"]
            batch = [array[: check["examples"]] for array in batches[0]]
            write_gradients(name, gradients(*batch))
            checked = make_step(check["rate"], CHECK_EPSILON)
            answer = {"losses": [checked(*batch) for _ in range(check["steps"] + 1)]}
        elif "steps" in question:
            step = step or make_step(workload["rate"], 1e-7)
            times = []
            for _ in range(question["steps"]):
                batch = batches[taken % len(batches)]
                taken += 1
                start = time.perf_counter()
                step(*batch)
                times.append(1000 * (time.perf_counter() - start))
            answer = {"ms": times}
        else:
            answer = {"bytes": peak_memory()}
        print(json.dumps(answer), flush=True)
