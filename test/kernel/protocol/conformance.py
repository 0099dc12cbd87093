"""jupyter_kernel_test, with all its optional groups filled in"""
import jupyter_kernel_test

# Its helpers give a message 0.1 to 1 s, which a machine busy with other tests may need.
TIMEOUT = 60


class Conformance(jupyter_kernel_test.KernelTests):
    kernel_name = "tslab"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    completion_samples = [
        {"text": "Number.isSafeI", "matches": {"isSafeInteger"}},
        {"text": "[1, 2].copyW", "matches": {"copyWithin"}},
    ]
    complete_code_samples = ["1", "const one = 1;", "for (const i of [1, 2]) {\n  i;\n}", "// word"]
    incomplete_code_samples = ["for (const i of [1, 2]) {", "f(", "`word", "[1,\n2,"]
    invalid_code_samples = ["let 1", "const = 2;", "}"]
    code_page_something = "parseInt?"
    code_generate_error = "throw new Error('no')"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "await Promise.resolve(6 * 70)", "result": "420"},
        {"code": "6 * 7 + 1", "result": "43"},
        {"code": "6 * 7 + 2", "result": "44"},
    ]
    code_display_data = [
        {
            "code": "import { display } from 'tslab'; display.html('<b>bold</b>')",
            "mime": "text/html",
        },
        {
            "code": "import { plot } from 'lazyahead/notebook'; plot({ data: [{ x: [1], y: [2] }] })",
            "mime": "application/vnd.plotly.v1+json",
        },
    ]
    code_history_pattern = "6 [*] 7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "parseInt"
    code_clear_output = "import { clearOutput } from 'lazyahead/notebook'; clearOutput()"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.next_published = cls.kc.iopub_channel.get_msg

        def get_msg(timeout=None):
            """The next one of a cell: a completion is told to have ended after it was answered."""
            while True:
                message = cls.next_published(timeout=TIMEOUT)
                if message["parent_header"].get("msg_type") == "execute_request":
                    return message

        cls.kc.iopub_channel.get_msg = get_msg

    def get_non_kernel_info_reply(self, timeout=None):
        return super().get_non_kernel_info_reply(timeout=TIMEOUT)

    def flush_channels(self):
        """Reads to the end of a request made now, rather than until nothing comes for a while."""
        id = self.kc.kernel_info()
        while self.kc.get_shell_msg(timeout=TIMEOUT)["parent_header"].get("msg_id") != id:
            pass
        while True:
            message = type(self).next_published(timeout=TIMEOUT)
            is_own = message["parent_header"].get("msg_id") == id
            if is_own and message["content"].get("execution_state") == "idle":
                return


del jupyter_kernel_test
