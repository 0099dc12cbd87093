"""Messages"""
import zmq
from jupyter_client.session import Session

from kernel_case import TIMEOUT, KernelCase, Outcome

LINES = 100_000


class Messages(KernelCase):
    def test_a_hundred_thousand_lines_printed_in_a_loop_arrive_complete_and_in_order(self):
        outcome = self.run_cell(f"for (let i = 0; i < {LINES}; i++) console.log('line', i);")
        self.assertEqual(outcome.printed(), "".join(f"line {i}\n" for i in range(LINES)))
        self.assertLess(len(outcome.of("stream")), LINES / 100)

    def test_what_is_printed_to_both_streams_and_displayed_arrives_in_order(self):
        outcome = self.run_cell(
            "import { display } from 'lazyahead/notebook';"
            "for (let i = 0; i < 3; i++) { console.log(i); console.error(i);"
            " display({ 'text/plain': String(i) }); }"
        )
        kinds = [c.get("name", type_) for type_, c in outcome.messages if type_ != "status"]
        self.assertEqual(kinds, ["execute_input", *["stdout", "stderr", "display_data"] * 3])

    def test_an_input_and_a_result_carry_the_number_of_their_cell(self):
        outcome = self.run_cell("6 * 7")
        count = outcome.reply["execution_count"]
        self.assertEqual(outcome.of("execute_input"), [{"code": "6 * 7", "execution_count": count}])
        self.assertEqual(outcome.of("execute_result")[0]["execution_count"], count)
        self.assertEqual(outcome.result, "42")

    def test_an_exception_is_told_in_terms_of_cells(self):
        first = self.run_cell("function root(x: number) {\n  if (x < 0) throw new RangeError(`no root of ${x}`);\n}")
        second = self.run_cell("\nroot(-1)")
        f, s = (o.reply["execution_count"] for o in (first, second))
        self.assertEqual(second.error["ename"], "RangeError")
        self.assertEqual(second.error["evalue"], "no root of -1")
        head, callee, caller = second.error["traceback"]
        self.assertEqual(head, "RangeError: no root of -1")
        self.assertEqual(callee, f"    at root (In[{f}]:2:20)")
        # At the call: its name or its bracket.
        self.assertIn(caller, [f"    at In[{s}]:2:{column}" for column in (1, 5)])
        self.assertEqual(second.reply["traceback"], second.error["traceback"])

    def test_an_error_of_the_compiler_names_cell_line_and_column_and_points_there(self):
        outcome = self.run_cell("let a = 1;\nconst name: string = a;")
        count = outcome.reply["execution_count"]
        self.assertEqual(outcome.error["ename"], "TypeScriptError")
        self.assertEqual(
            outcome.error["traceback"],
            [
                f"In[{count}]:2:7 - TS2322: Type 'number' is not assignable to type 'string'.",
                "  const name: string = a;",
                "        ^^^^",
            ],
        )

    def test_a_silent_cell_publishes_nothing_but_its_status_and_takes_no_number(self):
        before = self.run_cell("1").reply["execution_count"]
        silent = self.run_cell("6 * 7", silent=True)
        self.assertEqual([type_ for type_, _ in silent.messages], ["status", "status"])
        self.assertEqual(self.run_cell("1").reply["execution_count"], before + 1)

    def test_a_cell_that_is_not_to_be_stored_takes_no_number_and_has_no_history(self):
        before = self.run_cell("1").reply["execution_count"]
        self.assertEqual(self.run_cell("'unstored'", store_history=False).result, "'unstored'")
        self.assertEqual(self.run_cell("2").reply["execution_count"], before + 1)
        history = self.ask("history", hist_access_type="tail", n=2)["history"]
        self.assertEqual([entry[2] for entry in history], ["1", "2"])

    def test_a_promise_that_nobody_awaits_is_shown_as_one(self):
        for code, text in [
            ("new Promise(() => {})", "a promise, pending: await it to see its value"),
            ("Promise.resolve(3)", "a promise, fulfilled: await it to use its value\n3"),
        ]:
            outcome = self.run_cell(code, user_expressions={"same": code})
            self.assertEqual(outcome.result, text)
            answer = outcome.reply["user_expressions"]["same"]
            self.assertEqual(answer["data"], {"text/plain": text})
        self.assertEqual(self.run_cell("await Promise.resolve(3)").result, "3")

    def test_a_last_expression_with_a_method_then_is_shown_and_not_executed(self):
        self.run_cell("let queries = 0; const query = { rows: 2, then() { queries++; } };")
        self.assertIn("rows: 2", self.run_cell("query").result)
        self.assertEqual(self.run_cell("queries").result, "0")
        outcome = self.run_cell("new Proxy({}, { get() { throw new Error('no'); } })")
        self.assertEqual(outcome.reply["status"], "ok")

    def test_user_expressions_are_answered_each_with_a_value_or_an_error(self):
        outcome = self.run_cell("const n = 2", user_expressions={"twice": "n * 2", "none": "nowhere"})
        answers = outcome.reply["user_expressions"]
        self.assertEqual(answers["twice"]["data"], {"text/plain": "4"})
        self.assertEqual(answers["none"]["status"], "error")

    def test_an_error_aborts_the_cells_that_were_queued_and_no_later_one(self):
        # All four are there before the second one throws.
        slow = "await new Promise((done) => setTimeout(done, 500)); throw new Error('no')"
        ids = [self.send(code) for code in ("1", slow, "3", "4")]
        replies = [self.outcome(id).reply for id in ids]
        self.assertEqual([r["status"] for r in replies], ["ok", "error", "aborted", "aborted"])
        self.assertEqual(self.run_cell("5").result, "5")

    def test_an_error_aborts_nothing_where_it_is_not_to_stop(self):
        ids = [self.send("throw new Error('no')", stop_on_error=False), self.send("2")]
        self.assertEqual([self.outcome(id).reply["status"] for id in ids], ["error", "ok"])

    def test_outputs_are_cleared_when_the_cell_says_so(self):
        outcome = self.run_cell("import { clearOutput } from 'lazyahead/notebook'; clearOutput(true)")
        self.assertEqual(outcome.of("clear_output"), [{"wait": True}])

    def test_a_display_is_updated_from_a_later_cell(self):
        self.run_cell("import { livePlot } from 'lazyahead/notebook'; const chart = livePlot({ data: [{ x: [1], y: [1] }] });")
        outcome = self.run_cell("chart.update({ data: [{ x: [1], y: [4] }] }); chart.close();")
        plotly = "application/vnd.plotly.v1+json"
        *_, last = [c for c in outcome.of("update_display_data") if plotly in c["data"]]
        self.assertEqual(last["data"][plotly]["data"][0]["y"], [4])
        self.assertIn("display_id", last["transient"])

    def test_late_output_goes_to_the_cell_that_it_comes_from(self):
        first = self.send("setTimeout(() => console.log('late'), 300); 'started'")
        self.outcome(first)
        second = self.send("await new Promise((done) => setTimeout(done, 600)); 'second'")
        self.outcome(second)
        self.wait_for_text(first, "late")
        self.assertEqual(self.text_of(second), "")

    def test_bytes_of_a_character_that_was_cut_off_are_no_part_of_what_another_cell_prints(self):
        first = self.run_cell("process.stdout.write(Buffer.from('€').subarray(0, 2)); process.stdout.write(Buffer.from('€').subarray(2)); process.stdout.write(Buffer.from('€').subarray(0, 1));")
        self.assertEqual(first.printed(), "€")
        self.assertEqual(self.run_cell("process.stdout.write(Buffer.from('whole')); 1").printed(), "whole")

    def test_what_is_written_in_another_encoding_is_decoded(self):
        outcome = self.run_cell("process.stdout.write('77c3b672746572', 'hex'); process.stdout.write('!', 'utf8', () => {}); 1")
        self.assertEqual(outcome.printed(), "wörter!")

    def test_an_exception_that_nobody_waits_for_is_told_and_the_kernel_goes_on(self):
        id = self.send("setTimeout(() => { throw new Error('in a timer') }, 50); Promise.reject(new Error('adrift')); 1")
        self.outcome(id)
        self.wait_for_text(id, "in a timer")
        self.wait_for_text(id, "adrift")
        self.assertEqual(self.run_cell("2").result, "2")

    def test_a_completion_knows_the_types_of_earlier_cells(self):
        self.run_cell("const optimizer = { learningRate: 0.1, momentum: 0.9 };")
        code = "console.log(optimizer.lear"
        reply = self.ask("complete", code)
        self.assertEqual(reply["matches"], ["learningRate"])
        self.assertEqual((reply["cursor_start"], reply["cursor_end"]), (22, len(code)))

    def test_positions_are_counted_in_characters_also_behind_one_beyond_the_basic_plane(self):
        reply = self.ask("complete", "/* 𝛼 */ Math.hypo")
        self.assertEqual((reply["matches"], reply["cursor_start"]), (["hypot"], 13))

    def test_an_inspection_shows_the_type_and_what_the_author_wrote(self):
        self.run_cell("/** Slow weights. */\nfunction slow(alpha: number): string { return '' }")
        text = self.ask("inspect", "slow(0.5)", 2)["data"]["text/plain"]
        self.assertIn("slow(alpha: number): string", text)
        self.assertIn("Slow weights.", text)

    def test_nothing_is_known_of_a_name_that_is_not_there(self):
        self.assertFalse(self.ask("inspect", "nowhere", 3)["found"])
        (page,) = self.run_cell("nowhere?").reply["payload"]
        self.assertEqual(page["data"]["text/plain"], "Nothing is known of nowhere.")

    def test_an_incomplete_cell_says_how_far_to_indent(self):
        reply = self.ask("is_complete", "function f() {")
        self.assertEqual((reply["status"], reply["indent"]), ("incomplete", "  "))

    def test_the_kernel_tells_of_protocol_5_3_and_of_no_debugger(self):
        reply = self.ask("kernel_info")
        self.assertGreaterEqual([int(n) for n in reply["protocol_version"].split(".")], [5, 3])
        self.assertNotIn("debugger", reply.get("supported_features", []))
        self.assertFalse(reply.get("debugger", False))

    def test_a_request_to_debug_is_declined_and_harms_nothing(self):
        message = self.kc.session.msg("debug_request", {"type": "request", "command": "initialize"})
        self.kc.control_channel.send(message)
        reply = self.kc.get_control_msg(timeout=TIMEOUT)
        self.assertEqual(reply["msg_type"], "debug_reply")
        self.assertEqual(reply["content"]["status"], "error")
        self.assertEqual(self.run_cell("1").result, "1")

    def test_a_message_of_another_key_is_dropped_and_so_is_one_that_is_none(self):
        info = self.km.get_connection_info()
        context = zmq.Context()
        socket = context.socket(zmq.DEALER)
        try:
            socket.connect(f"tcp://{info['ip']}:{info['shell_port']}")
            stranger = Session(key=b"another key", signature_scheme=info["signature_scheme"])
            code = "globalThis.broken = true"
            stranger.send(socket, "execute_request", {"code": code, "silent": False})
            for frames in ([b""], [b"<IDS|MSG>"], [b"<IDS|MSG>", b"", b"{", b"", b"", b""]):
                socket.send_multipart(frames)
            self.assertEqual(self.run_cell("'broken' in globalThis").result, "false")
            self.assertFalse(socket.poll(200), "a stranger is answered")
        finally:
            context.destroy(linger=0)


class Oddities(KernelCase):
    def goes_on(self):
        self.assertEqual(self.run_cell("6 * 7").result, "42")

    def test_an_exception_that_cannot_be_shown_is_an_error_like_others(self):
        for code in [
            "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy;",
            "throw { [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('no'); } };",
        ]:
            self.assertEqual(self.run_cell(code).error["ename"], "Thrown")
            id = self.send(f"setTimeout(() => {{ {code} }}, 0); 1")
            self.wait_for_text(id, "cannot be shown")
            self.goes_on()

    def test_what_json_cannot_hold_fails_in_the_cell_that_shows_it(self):
        code = "import { display } from 'lazyahead/notebook'; display({ 'text/plain': 'n', 'application/json': { n: BigInt(1) } });"
        error = self.run_cell(code).error
        self.assertEqual((error["ename"], "BigInt" in error["evalue"]), ("TypeError", True))
        self.goes_on()


class Inputs(KernelCase):
    def test_a_line_that_the_reader_types_is_what_the_cell_gets(self):
        id = self.send("import { input } from 'lazyahead/notebook'; const name = await input('Name: '); name.toUpperCase()", allow_stdin=True)
        request = self.kc.get_stdin_msg(timeout=TIMEOUT)
        self.assertEqual(request["content"], {"prompt": "Name: ", "password": False})
        self.assertEqual(request["parent_header"]["msg_id"], id)
        self.kc.input("ada")
        self.assertEqual(self.outcome(id).result, "'ADA'")

    def test_a_cell_that_waits_for_a_line_can_be_interrupted(self):
        id = self.send("import { input } from 'lazyahead/notebook'; await input('Name: ')", allow_stdin=True)
        self.kc.get_stdin_msg(timeout=TIMEOUT)
        self.km.interrupt_kernel()
        self.assertEqual(self.outcome(id).error["ename"], "Interrupted")

    def test_a_question_that_outlasts_its_cell_is_given_up_and_the_next_one_asked(self):
        code = (
            "import { input } from 'lazyahead/notebook'; const first = input('First: ');"
            "await Promise.race([first, new Promise((done) => setTimeout(done, 100))]); 1"
        )
        id = self.send(code, allow_stdin=True)
        self.assertEqual(self.kc.get_stdin_msg(timeout=TIMEOUT)["content"]["prompt"], "First: ")
        self.outcome(id)
        reason = self.run_cell("await first.catch((error: Error) => error.message)").result
        self.assertEqual(reason, "'“First:” was not answered before the cell ended.'")
        id = self.send("await input('Second: ')", allow_stdin=True)
        self.assertEqual(self.kc.get_stdin_msg(timeout=TIMEOUT)["content"]["prompt"], "Second: ")
        self.kc.input("two")
        self.assertEqual(self.outcome(id).result, "'two'")

    def test_a_front_end_that_cannot_ask_is_named_as_the_reason(self):
        outcome = self.run_cell("import { input } from 'lazyahead/notebook'; await input('Name: ')", allow_stdin=False)
        self.assertEqual(outcome.error["evalue"], "Nobody can answer “Name:” here: the cell has ended, or this front end does not ask its reader.")


class Comms(KernelCase):
    ECHO = """
        import { Button } from 'lazyahead/notebook';
        const { comms } = (globalThis as any)[Symbol.for('lazyahead.kernel')];
        comms.onOpen('echo', (comm: any, { data }: any) => {
          comm.send({ opened: data });
          comm.onMessage(({ data, buffers }: any) => comm.send({ echo: data }, { buffers }));
          comm.onClose(() => console.log('closed'));
        });
    """

    def comm(self, kind, content, buffers=None):
        message = self.kc.session.msg(kind, content)
        self.kc.session.send(self.kc.shell_channel.socket, message, buffers=buffers)
        return message["header"]["msg_id"]

    def answers(self, id):
        return [m for m in self.published[id] if m["msg_type"].startswith("comm_")]

    def test_a_line_opened_by_the_front_end_carries_data_and_buffers_both_ways(self):
        self.run_cell(self.ECHO)
        opened = self.comm("comm_open", {"comm_id": "c", "target_name": "echo", "data": {"n": 1}})
        self.wait_until(lambda: self.answers(opened), "the echo of the opening")
        self.assertEqual(self.answers(opened)[0]["content"]["data"], {"opened": {"n": 1}})
        self.assertIn("c", self.ask("comm_info", target_name="echo")["comms"])

        sent = self.comm("comm_msg", {"comm_id": "c", "data": {"n": 2}}, buffers=[b"\x00\xff"])
        self.wait_until(lambda: self.answers(sent), "an echo")
        echo = self.answers(sent)[0]
        self.assertEqual(echo["content"], {"comm_id": "c", "data": {"echo": {"n": 2}}})
        self.assertEqual([bytes(b) for b in echo["buffers"]], [b"\x00\xff"])

        closed = self.comm("comm_close", {"comm_id": "c", "data": {}})
        self.wait_for_text(closed, "closed")
        self.assertEqual(self.ask("comm_info", target_name="echo")["comms"], {})

    def test_what_a_listener_throws_is_told_under_the_cell_that_registered_it(self):
        code = (
            "const { comms: lines } = (globalThis as any)[Symbol.for('lazyahead.kernel')];"
            "lines.onOpen('faulty', (comm: any) => {"
            "  comm.onMessage(() => { throw new Error('at once'); });"
            "  comm.onMessage(async () => { await null; throw new Error('later'); }); });"
        )
        cell = self.send(code)
        count = self.outcome(cell).reply["execution_count"]
        last = self.send("'another cell'")
        self.outcome(last)
        self.comm("comm_open", {"comm_id": "f", "target_name": "faulty", "data": {}})
        self.comm("comm_msg", {"comm_id": "f", "data": {}})
        self.wait_for_text(cell, f"Uncaught (In[{count}]): Error: at once")
        self.wait_for_text(cell, f"Unhandled rejection (In[{count}]): Error: later")
        self.assertEqual(self.text_of(last), "")

    def test_a_target_that_nobody_has_registered_is_closed_at_once(self):
        opened = self.comm("comm_open", {"comm_id": "d", "target_name": "nobody", "data": {}})
        self.wait_until(lambda: self.answers(opened), "the closing")
        self.assertEqual(self.answers(opened)[0]["msg_type"], "comm_close")

    def test_a_widget_is_opened_by_its_published_name_and_takes_what_the_reader_sets(self):
        id = self.send("import { IntSlider } from 'lazyahead/notebook'; const k = new IntSlider({ description: 'k', value: 5 }); k.show();")
        opened = Outcome({"content": {}}, [m for m in self.outcome(id).raw]).of("comm_open")
        slider = [c for c in opened if c["data"]["state"].get("_model_name") == "IntSliderModel"]
        self.assertEqual(slider[0]["target_name"], "jupyter.widget")
        data = {"method": "update", "state": {"value": 9}, "buffer_paths": []}
        self.comm("comm_msg", {"comm_id": slider[0]["comm_id"], "data": data})
        self.assertEqual(self.run_cell("k.value").result, "9")
