"""Carries trials out on a Ray cluster; the other end is driver-process.ts.

A line of JSON each way. Standard input: first what is wanted of the cluster, then `{"trial": ID,
"order": …}`, `{"cancel": [ID, …]}` and `{"stop": [ID, …]}`; its end cancels everything, so that nothing
outlives whoever started this. Standard output: `{"ready": …}` or `{"refused": SENTENCE}`, then
`{"id": ID, "report": …}`, the last of a trial `ended`, `stopped`, `failed` or `cancelled`, and
`{"workers": N}` when the cluster grows or shrinks. What Ray says goes to standard error.
"""

import asyncio
import json
import os
import shutil
import socket
import sys
import tempfile
import threading

import ray
import trial_task
from ray.exceptions import OutOfMemoryError, RayError, RayTaskError, TaskCancelledError

# Ray does so where a cluster of one machine is all there can be: its servers then bind to loopback.
from ray._private import ray_constants

# Nodes have no such file.
ray.cloudpickle.register_pickle_by_value(trial_task)

RETRIES = 3  # of a trial whose node or worker was lost
DRAIN_EVERY = 0.25  # s
COUNT_NODES_EVERY = 10  # s
PATIENCE = 30  # s, for a cancelled trial to end in good order
ANSWER_WITHIN = 60  # s, for a cluster; Ray itself would ask for ever
PUSHES_A_SECOND = 200  # from all trials together: a fifth of the relay's time (bench scale)


class Driver:
    def __init__(self, wanted, out):
        self.wanted, self.out = wanted, out
        self.running = {}  # the task of each trial, by id
        self.finished = []
        self.wake = asyncio.Event()
        self.workers = None

    def tell(self, **what):
        self.out.write(json.dumps(what, separators=(",", ":")) + "\n")
        self.out.flush()

    def report(self, id, line):
        """Passes a line of JSON on as it is: results are long."""
        self.out.write(f'{{"id":{json.dumps(id)},"report":{line.strip()}}}\n')

    def start(self):
        relay = ray.remote(trial_task.Relay)
        self.relay = relay.options(num_cpus=0, resources={"node:__internal_head__": 0.001}).remote()
        threads, memory = self.wanted["threads"], self.wanted["memory"]
        by_memory = [node for node in self.nodes() if fits(node, threads, memory) > 0]
        self.memory = memory if by_memory else 0
        self.task = ray.remote(trial_task.carry_out).options(
            num_cpus=threads,
            memory=self.memory,
            max_retries=RETRIES,
            scheduling_strategy="SPREAD",
        )

    def nodes(self):
        return [node["Resources"] for node in ray.nodes() if node["Alive"]]

    def count(self):
        """Trials that the cluster can run at a time."""
        return sum(fits(node, self.wanted["threads"], self.memory) for node in self.nodes())

    async def carry_out(self, id, order):
        every = max(0.5, (self.workers or 1) / PUSHES_A_SECOND)
        task = self.task.remote(self.relay, id, order, self.wanted["command"], every)
        self.running[id] = task
        try:
            line = await task
        except TaskCancelledError:
            line = '{"type":"cancelled"}'
        except OutOfMemoryError:
            line = json.dumps({"type": "failed", "message": "Its node ran out of memory."})
        except RayError as error:
            words = str(error).strip().split("\n")
            if isinstance(error, RayTaskError):
                why = f"Its task failed on the node ({words[-1]})."
            else:
                why = f"Ray gave it up after {RETRIES} retries ({type(error).__name__}: {words[0]})."
            line = json.dumps({"type": "failed", "message": why})
        del self.running[id]
        self.finished.append((id, line))
        self.wake.set()

    async def pass_on(self):
        """Passes on what trials tell; the end of one after all that it has told before."""
        while True:
            try:
                await asyncio.wait_for(self.wake.wait(), DRAIN_EVERY)
            except asyncio.TimeoutError:
                pass
            self.wake.clear()
            finished, self.finished = self.finished, []
            if not finished and not self.running:
                continue
            for id, line in await self.relay.drain.remote([id for id, _ in finished]):
                self.report(id, line)
            for id, line in finished:
                self.report(id, line)
            self.out.flush()

    async def watch_nodes(self):
        while True:
            workers = await asyncio.to_thread(self.count)
            if workers != self.workers:
                self.workers = workers
                self.tell(workers=workers)
            await asyncio.sleep(COUNT_NODES_EVERY)

    def wish(self, ids, what):
        """Returns the tasks of those of the trials that run, by id."""
        # What has ended meanwhile must not find the wish there when it is run again.
        tasks = {id: self.running[id] for id in ids if id in self.running}
        self.relay.wish.remote(list(tasks), what)
        return tasks

    async def cancel(self, ids):
        tasks = self.wish(ids, "cancel")
        begun = await self.relay.begun.remote(list(tasks))
        for id, task in tasks.items():
            # One that waits for a node would wait on. One that has begun is not to be called cancelled
            # while its program is still there.
            if id not in begun:
                ray.cancel(task)
        await asyncio.sleep(PATIENCE)
        for id, task in tasks.items():
            # The same trial may run again by now.
            if self.running.get(id) is task:
                ray.cancel(task, force=True)

    async def serve(self, lines):
        tasks = set()

        def begin(coroutine):
            task = asyncio.ensure_future(coroutine)
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            return task

        async def obey():
            async for line in lines:
                said = json.loads(line)
                if "trial" in said:
                    begin(self.carry_out(said["trial"], said["order"]))
                elif "cancel" in said:
                    begin(self.cancel(said["cancel"]))
                elif "stop" in said:
                    self.wish(said["stop"], "stop")
            begin(self.cancel(list(self.running)))
            while self.running:
                await asyncio.sleep(0.05)

        # Whichever ends first: the conversation, or the cluster.
        parts = [begin(part) for part in (obey(), self.pass_on(), self.watch_nodes())]
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for part in done:
            part.result()


def fits(node, threads, memory):
    """Trials that a node can run at a time."""
    by_memory = node.get("memory", 0) // memory if memory else float("inf")
    return int(min(node.get("CPU", 0) // threads, by_memory))


def connect(wanted, folder):
    """Returns whether the cluster is one of our own, on this machine."""
    quiet = {"log_to_driver": False, "logging_level": "warning"}
    address = wanted["address"] or os.environ.get("RAY_ADDRESS")
    if address != "local":
        host, _, port = (address or "").removeprefix("ray://").rpartition(":")
        if port.isdigit():
            socket.create_connection((host, int(port)), timeout=10).close()
        try:
            ray.init(address=address or "auto", **quiet)
            return False
        except ConnectionError:
            if address is not None:
                raise
    ray_constants.ENABLE_RAY_CLUSTER = False
    os.environ.setdefault("RAY_worker_niceness", "0")  # as trials of the local engine
    ray.init(
        address="local",
        num_cpus=wanted["cpus"],
        include_dashboard=False,
        _node_ip_address="127.0.0.1",
        _temp_dir=folder,
        object_store_memory=200 * 2**20,
        **quiet,
    )
    return True


async def standard_input():
    reader = asyncio.StreamReader(limit=2**26)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer
    )
    while line := await reader.readline():
        yield line


async def main(out):
    lines = standard_input()
    wanted = json.loads(await anext(lines))
    # A short path: Ray's sockets are in it.
    folder = tempfile.mkdtemp(prefix="lazyahead-ray-", dir="/tmp")
    driver = Driver(wanted, out)

    def give_up():
        driver.tell(refused=f"it does not answer within {ANSWER_WITHIN} s")
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)

    # Ray's own code asks again and again where no signal can reach it.
    watch = threading.Timer(ANSWER_WITHIN, give_up)
    watch.daemon = True
    watch.start()
    try:
        try:
            own = connect(wanted, folder)
            watch.cancel()
        except Exception as error:
            why = " ".join(str(error).split())
            if why.startswith("Failed to connect to Ray cluster"):
                # There is a server at the address, or it would not have come to this.
                why = "it does not let us in (RAY_AUTH_MODE=token and its RAY_AUTH_TOKEN have to be set here too)"
            return driver.tell(refused=why)
        driver.start()
        nodes = driver.nodes()
        driver.workers = driver.count()
        driver.tell(
            ready={
                "ray": ray.__version__,
                "own": own,
                "address": wanted["address"] or os.environ.get("RAY_ADDRESS"),
                "nodes": len(nodes),
                "cpus": int(sum(node.get("CPU", 0) for node in nodes)),
                "most": int(max((node.get("CPU", 0) for node in nodes), default=0)),
                "workers": driver.workers,
            }
        )
        await driver.serve(lines)
    finally:
        ray.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    # Standard output is for the conversation alone.
    conversation = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    asyncio.run(main(conversation))
