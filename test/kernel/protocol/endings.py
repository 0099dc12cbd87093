"""Endings"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from jupyter_client.manager import start_new_kernel
from kernel_case import TIMEOUT, KernelCase


def is_alive(pid):
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def wait_for_end(pid):
    end = time.monotonic() + TIMEOUT
    while is_alive(pid):
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
            return False
        time.sleep(0.05)
    return True


class Endings(unittest.TestCase):
    def test_a_shutdown_is_answered_and_the_process_ends(self):
        km, kc = start_new_kernel(kernel_name="tslab", startup_timeout=TIMEOUT)
        pid = km.provisioner.pid
        kc.shutdown()
        reply = kc.get_control_msg(timeout=TIMEOUT)
        self.assertEqual(reply["content"], {"status": "ok", "restart": False})
        self.assertTrue(wait_for_end(pid))
        kc.stop_channels()
        km.cleanup_resources()

    def test_a_shutdown_ends_a_kernel_whose_cell_spins(self):
        km, kc = start_new_kernel(kernel_name="tslab", startup_timeout=TIMEOUT)
        pid = km.provisioner.pid
        kc.execute("for (;;) {}")
        time.sleep(0.5)
        kc.shutdown()
        self.assertTrue(wait_for_end(pid))
        kc.stop_channels()
        km.cleanup_resources()

    def test_a_kernel_ends_when_the_program_that_started_it_was_killed(self):
        program = (
            "from jupyter_client.manager import start_new_kernel\n"
            "import time\n"
            "km, kc = start_new_kernel(kernel_name='tslab', startup_timeout=60)\n"
            "print(km.provisioner.pid, flush=True)\n"
            "time.sleep(1000)\n"
        )
        jupyter = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        pid = int(jupyter.stdout.readline())
        self.assertTrue(is_alive(pid))
        jupyter.kill()
        jupyter.wait()
        jupyter.stdout.close()
        self.assertTrue(wait_for_end(pid))


class Exits(KernelCase):
    """A kernel of its own for each test, which ends it."""

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def setUp(self):
        super().setUpClass()
        self.folder = Path(tempfile.mkdtemp())
        self.file = self.folder / "exit"
        self.run_cell(
            "process.on('exit', (code) => {"
            f" require('fs').writeFileSync('{self.file}', String(code)); console.log('bye'); }});"
        )

    def tearDown(self):
        self.kc.stop_channels()
        self.km.cleanup_resources()
        shutil.rmtree(self.folder)

    def status(self):
        return self.km.provisioner.process.wait(TIMEOUT)

    def test_process_exit_sends_what_was_printed_and_runs_exit_handlers(self):
        lines = "".join(f"{i}\n" for i in range(1000))
        id = self.send("for (let i = 0; i < 1000; i++) console.log(i); process.exit(3)")
        self.wait_for_text(id, lines + "bye")
        self.assertEqual(self.status(), 3)
        self.assertEqual(self.file.read_text(), "3")

    def test_a_shutdown_runs_exit_handlers(self):
        self.kc.shutdown()
        self.assertEqual(self.status(), 0)
        self.assertEqual(self.file.read_text(), "0")

    def test_a_shutdown_ends_a_kernel_whose_exit_handlers_never_end(self):
        self.run_cell("process.on('exit', () => { for (;;) {} });")
        self.kc.shutdown()
        self.assertEqual(self.status(), -signal.SIGKILL)


class Restart(KernelCase):
    def test_a_restart_forgets_variables_and_counts_from_1(self):
        self.run_cell("const old = 1;")
        self.km.restart_kernel()
        self.kc.wait_for_ready(timeout=TIMEOUT)
        outcome = self.run_cell("old")
        self.assertIn("Cannot find name 'old'", outcome.error["evalue"])
        self.assertEqual(outcome.reply["execution_count"], 1)
