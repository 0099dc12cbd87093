"""A kernel of its own for each class of tests, and what it takes to talk to it."""
import time
import unittest
from collections import defaultdict
from queue import Empty

from jupyter_client.manager import start_new_kernel

# What a machine that is busy with other tests may need (s).
TIMEOUT = 60


class Outcome:
    """What came of a cell: its reply, and the messages that it published."""

    def __init__(self, reply, messages):
        self.reply = reply["content"]
        self.messages = [(m["msg_type"], m["content"]) for m in messages]
        self.raw = messages

    def of(self, kind):
        return [content for type_, content in self.messages if type_ == kind]

    def printed(self, name="stdout"):
        return "".join(c["text"] for c in self.of("stream") if c["name"] == name)

    @property
    def result(self):
        (content,) = self.of("execute_result")
        return content["data"]["text/plain"]

    @property
    def error(self):
        (content,) = self.of("error")
        return content


class KernelCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.km, cls.kc = start_new_kernel(kernel_name="tslab", startup_timeout=TIMEOUT)
        cls.published, cls.replies = defaultdict(list), {}

    @classmethod
    def tearDownClass(cls):
        cls.kc.stop_channels()
        cls.km.shutdown_kernel()

    def send(self, code, **options):
        return self.kc.execute(code, **options)

    def wait_until(self, condition, what):
        """Reads messages until the condition holds."""
        end = time.monotonic() + TIMEOUT
        while not condition():
            self.assertLess(time.monotonic(), end, f"waited in vain for {what}")
            for channel in (self.kc.iopub_channel, self.kc.shell_channel):
                try:
                    while True:
                        self.note(channel.get_msg(timeout=0.02))
                except Empty:
                    pass

    def note(self, message):
        parent = message["parent_header"].get("msg_id")
        if message["msg_type"].endswith("_reply"):
            self.replies[parent] = message
        else:
            self.published[parent].append(message)

    def is_idle(self, id):
        states = [m for m in self.published[id] if m["msg_type"] == "status"]
        return id in self.replies and states[-1:] and states[-1]["content"]["execution_state"] == "idle"

    def outcome(self, id):
        self.wait_until(lambda: self.is_idle(id), "the end of a cell")
        return Outcome(self.replies[id], self.published[id])

    def run_cell(self, code, **options):
        return self.outcome(self.send(code, **options))

    def text_of(self, id):
        streams = [m for m in self.published[id] if m["msg_type"] == "stream"]
        return "".join(m["content"]["text"] for m in streams)

    def wait_for_text(self, id, text):
        self.wait_until(lambda: text in self.text_of(id), f"“{text}”")

    def interrupt(self):
        """Interrupts, and waits until the kernel has taken note: what is sent then comes after it."""
        message = self.kc.session.msg("interrupt_request", {})
        self.kc.control_channel.send(message)
        reply = self.kc.control_channel.get_msg(timeout=TIMEOUT)
        self.assertEqual(reply["parent_header"]["msg_id"], message["header"]["msg_id"])
        self.assertEqual(reply["content"]["status"], "ok")

    def run_interrupted(self, code):
        """Runs a cell, and interrupts it when it has printed `here`."""
        id = self.send(code)
        self.wait_for_text(id, "here")
        self.interrupt()
        return self.outcome(id)

    def ask(self, request, *arguments, **options):
        """The content of the reply to a request of the shell channel."""
        id = getattr(self.kc, request)(*arguments, **options)
        self.wait_until(lambda: id in self.replies, f"the reply to {request}")
        return self.replies[id]["content"]
