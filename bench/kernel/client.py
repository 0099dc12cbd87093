"""One Jupyter kernel, driven as a front end does: a line of JSON a question, one an answer.

Arguments: the kernel's name, its working directory. Times are wall-clock milliseconds.
"""

import json
import subprocess
import sys
import time
from queue import Empty

import psutil
from jupyter_client.manager import KernelManager

name, folder = sys.argv[1:]
manager = client = None


def start(limit):
    """Until it has answered `kernel_info_request`, which is when a front end calls it ready."""
    global manager, client
    # A new one each time: with a kernel's end its manager's sockets end as well.
    manager = KernelManager(kernel_name=name)
    began = time.perf_counter()
    manager.start_kernel(
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    client = manager.client()
    client.start_channels(hb=False)
    client.kernel_info()
    reply = client.get_shell_msg(timeout=limit)
    ms = 1000 * (time.perf_counter() - began)
    # A subscriber that has just connected may miss the first messages, `idle` among them.
    while not hears(client):
        client.kernel_info()
    while client.shell_channel.msg_ready():
        client.get_shell_msg()
    return {"ms": ms}


def hears(client):
    try:
        client.get_iopub_msg(timeout=0.2)
        return True
    except Empty:
        return False


def execute(code, limit):
    """Until the reply and `idle` are there. Returns the time, what was printed and what failed."""
    began = time.perf_counter()
    deadline = began + limit
    sent = client.execute(code)
    printed, failed, idle = [], None, False
    try:
        while not idle:
            message = client.get_iopub_msg(timeout=max(0, deadline - time.perf_counter()))
            if message["parent_header"].get("msg_id") != sent:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                printed.append(content["text"])
                if content["name"] == "stderr":
                    failed = failed or content["text"]
            elif kind == "error":
                failed = f"{content['ename']}: {content['evalue']}"
            idle = kind == "status" and content["execution_state"] == "idle"
        while True:
            reply = client.get_shell_msg(timeout=max(0, deadline - time.perf_counter()))
            if reply["parent_header"].get("msg_id") == sent:
                break
    except Empty:
        return {"ms": None, "printed": "".join(printed), "failed": None}
    ms = 1000 * (time.perf_counter() - began)
    # Warnings go to standard error as well: a cell has failed where its reply says so.
    wrong = reply["content"]["status"] != "ok"
    return {"ms": ms, "printed": "".join(printed), "failed": (failed or "error") if wrong else None}


def cells(codes, limit):
    """One cell after the other."""
    times = []
    for code in codes:
        done = execute(code, limit)
        if done["failed"] or done["ms"] is None:
            return {"failed": done["failed"] or f"no answer within {limit} s", "code": code}
        times.append(done["ms"])
    return {"ms": times}


def burst(code, lines, limit):
    """What arrived of lines that are numbered from 0."""
    done = execute(code, limit)
    arrived = done["printed"].split("\n")[:-1]
    return {"ms": done["ms"], "failed": done["failed"], "arrived": len(arrived),
            "complete": arrived == [f"line {i}" for i in range(lines)]}


def memory():
    """Resident bytes of the kernel and of what it has started."""
    root = psutil.Process(manager.provisioner.pid)
    return {"bytes": sum(p.memory_info().rss for p in [root, *root.children(recursive=True)])}


def stop():
    global client
    if client is not None:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        client = None
    return {}


QUESTIONS = {"start": start, "cells": cells, "burst": burst, "memory": memory, "stop": stop}

print(json.dumps({"kernel": name}), flush=True)
try:
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(QUESTIONS[question.pop("ask")](**question)), flush=True)
finally:
    stop()
