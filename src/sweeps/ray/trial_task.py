"""What runs on the cluster: the task that carries a trial out, and the actor between tasks and driver.

Nodes have no such file: driver.py sends them this module by value.
"""

import json
import os
import queue
import socket
import subprocess
import tempfile
import threading
import time

import ray

PATIENCE = 20  # s, for a program to end in good order


class Relay:
    """Stands between the trials and the driver: what they tell, and what they are to do."""

    def __init__(self):
        self.reports, self.attempts, self.wishes = [], {}, {}

    def begin(self, id, host):
        """Notes that a trial starts. Returns which time this is, from 1; None if it is not to."""
        if self.wishes.get(id) == "cancel":
            return None
        attempt = self.attempts[id] = self.attempts.get(id, 0) + 1
        if attempt == 1:
            self.reports.append((id, '{"type":"started"}'))
        else:
            again = f"{id} starts again on {host}: the node or process that ran it was lost."
            self.reports.append((id, json.dumps({"type": "status", "status": again})))
        return attempt

    def push(self, id, attempt, reports):
        """Takes lines of a trial. Returns what it is to do: None, `stop` or `cancel`."""
        if attempt != self.attempts.get(id):
            return "cancel"  # it was taken for lost, and started again elsewhere
        self.reports += [(id, report) for report in reports]
        return self.wishes.get(id)

    def wish(self, ids, what):
        self.wishes.update((id, what) for id in ids)

    def begun(self, ids):
        """Returns those that have started: they find a wish by themselves, and end in good order."""
        return [id for id in ids if id in self.attempts]

    def drain(self, ended):
        """Returns what was told since the last time; forgets trials that have ended since."""
        for id in ended:
            self.attempts.pop(id, None)
            self.wishes.pop(id, None)
        reports, self.reports = self.reports, []
        return reports


class Program:
    """The program that carries a trial out; `src/sweeps/trial-process.ts` says what it speaks."""

    def __init__(self, command, complaints):
        self.child = subprocess.Popen(
            command + ["trial"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
        )
        self.lines = queue.Queue()
        self.last = None  # its report on how it ended
        self.ended = False  # its standard output has
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            for line in self.child.stdout:
                self.lines.put(line.decode(errors="replace"))
        finally:
            self.lines.put(None)

    def say(self, line):
        try:
            self.child.stdin.write(line.encode() + b"\n")
            self.child.stdin.flush()
        except OSError:
            pass  # it has ended, which its standard output tells

    def reports(self, seconds):
        """What it tells in a time, or until it ends: of all steps the last."""
        due, step, reports = time.monotonic() + seconds, None, []
        while not self.ended and (left := due - time.monotonic()) > 0:
            try:
                line = self.lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                self.ended = True
                break
            try:
                report = json.loads(line)
            except json.JSONDecodeError:
                why = f"What starts lazyahead printed “{line.strip()}”: it must leave standard output alone."
                self.last = json.dumps({"type": "failed", "message": why})
                self.ended = True
                break
            if report["type"] not in ("training", "status"):
                self.last = line
                continue
            if report.get("event", {}).get("type") == "step":
                # A step is news only until the next one.
                reports = [each for each in reports if each is not step]
                step = line
            reports.append(line)
        return reports

    def cancel(self):
        """The end of its standard input is what it takes for that."""
        try:
            self.child.stdin.close()
        except OSError:
            pass  # it has ended

    def end(self):
        self.cancel()
        try:
            self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def carry_out(relay, id, order, command, every):
    """The task: runs the program on the node that Ray has chosen. Returns its last line."""
    host = socket.gethostname()
    attempt = ray.get(relay.begin.remote(id, host))
    if attempt is None:
        return '{"type":"cancelled"}'
    with tempfile.TemporaryDirectory(prefix="lazyahead-trial-") as folder, open(
        os.path.join(folder, "complaints"), "w+b"
    ) as complaints:
        try:
            program = Program(command, complaints)
        except OSError as error:
            why = f"{command[0]} cannot be started on the node {host} ({error.strerror})"
            remedy = "install lazyahead on each node, and name it with --worker-command"
            return json.dumps({"type": "refused", "message": f"{why}: {remedy}."})
        told, deadline = None, float("inf")
        try:
            program.say(json.dumps({**order, "runDir": os.path.join(folder, "run")}))
            while not program.ended:
                reports = program.reports(every)
                wish = ray.get(relay.push.remote(id, attempt, reports))
                if wish != told and not program.ended:
                    told = wish
                    if wish == "stop":
                        program.say('{"stop":true}')
                    else:
                        program.cancel()
                        deadline = time.monotonic() + PATIENCE
                if time.monotonic() > deadline:
                    program.child.kill()
        finally:
            # Also where Ray interrupts the task, or the driver is no more.
            program.end()
        if program.last is not None:
            return program.last
        if told == "cancel":
            return '{"type":"cancelled"}'
        complaints.seek(0)
        words = complaints.read()[-2000:].decode(errors="replace").strip().split("\n")[-1]
        code = program.child.returncode
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        message = f"Its process on {host} {how}" + (f": {words}" if words else ".")
        return json.dumps({"type": "failed", "message": message})
