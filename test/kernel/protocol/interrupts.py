"""Interrupts"""
import shutil
import tempfile
import time
from pathlib import Path

from kernel_case import TIMEOUT, KernelCase

INTERRUPTED = {"status": "error", "ename": "Interrupted", "evalue": "The cell was interrupted."}


class Interrupts(KernelCase):
    def stops(self, code):
        """Whether an interrupt ends the cell, and leaves variables and the kernel as they were."""
        self.run_cell("let kept = 41;")
        outcome = self.run_interrupted(code)
        reply = {key: outcome.reply[key] for key in INTERRUPTED}
        self.assertEqual(reply, INTERRUPTED)
        self.assertEqual(self.run_cell("kept + 1").result, "42")
        return outcome

    def test_an_endless_loop(self):
        self.stops("console.log('here'); for (;;) {}")

    def test_an_endless_loop_after_an_await(self):
        self.stops("await null; console.log('here'); for (;;) {}")

    def test_an_endless_loop_in_a_function_of_an_earlier_cell(self):
        self.run_cell("const spin = async () => { await null; console.log('here'); while (true); };")
        self.stops("await spin()")

    def test_an_endless_loop_inside_a_package_or_nodes_own_code(self):
        self.stops("console.log('here'); 'a'.repeat(50).match(/^(a+)+b$/)")

    def test_an_endless_loop_of_awaits(self):
        self.stops("console.log('here'); for (;;) await null;")

    def test_a_promise_that_never_settles(self):
        self.stops("console.log('here'); await new Promise(() => {})")

    def test_a_timer_that_is_waited_for(self):
        self.stops("console.log('here'); await new Promise((done) => setTimeout(done, 1e6))")

    def test_a_promise_that_is_rejected_only_when_the_cell_is_interrupted(self):
        self.stops(
            "import { interrupted } from 'lazyahead/notebook'; console.log('here');"
            "await new Promise((_, reject) => interrupted().addEventListener('abort', () => reject(new Error('aborted'))))"
        )

    def test_a_cell_that_catches_everything(self):
        self.stops("console.log('here'); for (;;) { try { for (;;) {} } catch {} }")

    def test_cells_that_were_queued_behind_are_aborted(self):
        ids = [self.send("console.log('here'); for (;;) {}"), self.send("2")]
        self.wait_for_text(ids[0], "here")
        self.interrupt()
        self.assertEqual([self.outcome(id).reply["status"] for id in ids], ["error", "aborted"])

    def test_a_loop_that_prints_is_stopped_and_what_it_printed_is_whole(self):
        outcome = self.stops("console.log('here'); for (let i = 0; ; i++) console.log(i);")
        lines = outcome.printed().split("\n")[1:-1]
        self.assertEqual(lines, [str(i) for i in range(len(lines))])

    def test_an_interrupt_while_nothing_runs_does_nothing(self):
        self.interrupt()
        self.assertEqual(self.run_cell("6 * 7").result, "42")

    def test_what_a_cell_has_left_running_is_told_to_stop(self):
        id = self.send(
            "import { interrupted } from 'lazyahead/notebook';"
            "const signal = interrupted();"
            "const timer = setInterval(() => { if (signal.aborted) { clearInterval(timer); console.log('stopped'); } }, 20); 1"
        )
        self.outcome(id)
        self.interrupt()
        self.wait_for_text(id, "stopped")

    def test_an_endless_loop_that_an_earlier_cell_has_left_running(self):
        id = self.send("setTimeout(() => { console.log('late'); for (;;) {} }, 100); 1")
        self.wait_for_text(id, "late")
        self.interrupt()
        self.assertEqual(self.run_cell("6 * 7").result, "42")

    def test_a_module_that_was_cut_off_is_loaded_anew(self):
        folder = Path(tempfile.mkdtemp())
        try:
            # Node cannot look for an interrupt in a pattern: it is cut off.
            (folder / "slow.ts").write_text(
                "console.log('here');"
                "if (!process.env.QUICK) /^(a+)+$/.test('a'.repeat(100) + 'b');"
                "export const answer = 42;"
            )
            code = f"import {{ answer }} from '{folder}/slow'; answer"
            self.stops(code)
            self.run_cell("process.env.QUICK = '1';")
            self.assertEqual(self.run_cell(code).result, "42")
        finally:
            shutil.rmtree(folder)

    TICKING = "console.log('here'); for (;;) { await pause(20); ticks++; }"

    def counts_ticks(self):
        self.run_cell(
            "const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));"
            "let ticks = 0, cleaned = 0;"
        )

    def assert_no_tick_comes(self):
        self.assertEqual(self.run_cell("const before = ticks; await pause(400); ticks - before").result, "0")

    def test_a_loop_that_waits_is_over_when_the_cell_is(self):
        self.counts_ticks()
        self.stops(self.TICKING)
        self.assert_no_tick_comes()

    def test_what_follows_an_await_without_a_loop_is_not_run(self):
        self.counts_ticks()
        self.stops("console.log('here'); await pause(300); ticks++;")
        self.assert_no_tick_comes()

    def test_functions_of_earlier_cells_and_of_files_are_over_when_the_cell_is(self):
        folder = Path(tempfile.mkdtemp())
        try:
            (folder / "again.ts").write_text(
                "export async function again(step: () => Promise<void>): Promise<void> {"
                " await step(); return again(step); }"
            )
            self.counts_ticks()
            self.run_cell("const step = async () => { await pause(20); ticks++; };")
            self.stops(f"import {{ again }} from '{folder}/again'; console.log('here'); await again(step)")
            self.assert_no_tick_comes()
        finally:
            shutil.rmtree(folder)

    def test_what_a_finally_awaits_is_done(self):
        self.counts_ticks()
        self.stops("try { console.log('here'); await pause(100); } finally { await pause(20); cleaned++; }")
        self.assertEqual(self.run_cell("await pause(400); cleaned").result, "1")

    def test_what_cells_have_left_running_ends_where_no_cell_runs(self):
        self.counts_ticks()
        id = self.send(f"async function forever() {{ {self.TICKING} }} forever()")
        self.outcome(id)
        self.wait_for_text(id, "here")
        self.interrupt()
        self.assert_no_tick_comes()

    def test_what_an_earlier_cell_has_left_running_goes_on_when_another_is_stopped(self):
        self.counts_ticks()
        self.run_cell(f"(async () => {{ {self.TICKING} }})(); 1")
        self.stops("console.log('here'); await new Promise(() => {})")
        self.assertEqual(self.run_cell("const seen = ticks; await pause(400); ticks > seen").result, "true")
        self.interrupt()
        self.assert_no_tick_comes()

    def test_what_a_message_of_the_front_end_has_started_ends_too(self):
        self.counts_ticks()
        self.run_cell(
            "const { comms } = (globalThis as any)[Symbol.for('lazyahead.kernel')];"
            f"comms.onOpen('ticker', async () => {{ {self.TICKING} }});"
        )
        for running in (False, True):
            message = self.kc.session.msg("comm_open", {"comm_id": str(running), "target_name": "ticker", "data": {}})
            self.kc.session.send(self.kc.shell_channel.socket, message)
            self.wait_for_text(message["header"]["msg_id"], "here")
            if running:
                self.stops("console.log('here'); await new Promise(() => {})")
            else:
                self.interrupt()
            self.assert_no_tick_comes()

    def test_a_cell_that_is_interrupted_while_it_is_compiled_is_not_run(self):
        id = self.send("globalThis.process.env.RAN = '1';" + "[1, 2].map((x) => ({ x }));" * 20_000)
        self.wait_until(lambda: any(m["msg_type"] == "execute_input" for m in self.published[id]), "the cell's start")
        self.interrupt()
        self.assertEqual(self.outcome(id).error["ename"], "Interrupted")
        self.assertEqual(self.run_cell("process.env.RAN").of("execute_result"), [])

    def test_a_cell_that_is_interrupted_while_it_waits_for_an_import_is_not_run(self):
        folder = Path(tempfile.mkdtemp())
        package = folder / "node_modules" / "slow"
        package.mkdir(parents=True)
        try:
            (package / "index.mjs").write_text(
                "console.log('here'); await new Promise((done) => setTimeout(done, 300)); export const answer = 42;"
            )
            (package / "index.d.mts").write_text("export declare const answer: number;")
            self.stops(f"import {{ answer }} from '{package}/index.mjs'; process.env.IMPORTED = String(answer);")
            self.run_cell("await new Promise((done) => setTimeout(done, 600))")
            self.assertEqual(self.run_cell("process.env.IMPORTED").of("execute_result"), [])
        finally:
            shutil.rmtree(folder)

    def test_a_file_that_was_being_loaded_is_loaded_anew(self):
        folder = Path(tempfile.mkdtemp())
        try:
            (folder / "slow.ts").write_text(
                "console.log('here');"
                "await new Promise((done) => setTimeout(done, 1000)); export const answer = 42;"
            )
            code = f"import {{ answer }} from '{folder}/slow'; answer"
            self.stops(code)
            self.assertEqual(self.run_cell(code).result, "42")
        finally:
            shutil.rmtree(folder)

    def test_control_and_heartbeat_answer_while_a_cell_spins(self):
        id = self.send("console.log('here'); for (;;) {}")
        self.wait_for_text(id, "here")
        message = self.kc.session.msg("kernel_info_request", {})
        self.kc.control_channel.send(message)
        reply = self.kc.get_control_msg(timeout=TIMEOUT)
        self.assertEqual(reply["msg_type"], "kernel_info_reply")
        # The client asks for a beat anew, and gives up when there was none for a second.
        time.sleep(2.5)
        self.wait_until(self.kc.hb_channel.is_beating, "a heartbeat")
        self.assertFalse(self.is_idle(id))
        self.interrupt()
        self.outcome(id)


class Training(KernelCase):
    def test_model_fit_ends_after_its_batch_and_the_model_can_be_trained_on(self):
        self.run_cell(
            "import * as tf from '@tensorflow/tfjs-node';"
            "const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [8] })] });"
            "model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });"
            "const [x, y] = [tf.ones([640, 8]), tf.ones([640, 1])]; let begun = 0, ended = 0;"
        )
        outcome = self.run_interrupted(
            "const trained = await model.fit(x, y, { epochs: 1e6, verbose: 0, callbacks: {"
            "  onBatchBegin: () => { if (++begun === 3) console.log('here'); }, onBatchEnd: () => { ended++; } } });"
        )
        self.assertEqual(outcome.error["ename"], "Interrupted")
        self.assertEqual(self.run_cell("begun - ended").result, "0")
        self.assertEqual(self.run_cell("Array.isArray(trained.epoch)").result, "true")
        again = self.run_cell("(await model.fit(x, y, { epochs: 2, verbose: 0 })).epoch")
        self.assertEqual(again.result, "[ 0, 1 ]")

    def test_a_run_of_ours_is_summed_up_as_interrupted_and_goes_on_to_the_same_weights(self):
        work = Path(tempfile.mkdtemp())
        request = "{ experiment: 'imdb', optimizer: 'adam', preset: 'smoke', epochs: 4 }"
        try:
            self.run_cell("import { run } from 'lazyahead/kit';")
            outcome = self.run_interrupted(
                f"await run({request}, {{ runDir: '{work}/a', checkpointEvery: '1',"
                " onEvent: ({ type }) => { if (type === 'step') console.log('here'); } })"
            )
            self.assertEqual(outcome.error["ename"], "Interrupted")
            status = f"JSON.parse(require('fs').readFileSync('{work}/a/summary.json', 'utf8')).status"
            self.assertEqual(self.run_cell(status).result, "'interrupted'")
            weights = [
                self.run_cell(f"(await run({request}, {{ runDir: '{work}/{name}', resume: true }})).summary.weightsSha256").result
                for name in ("a", "b")
            ]
            self.assertEqual(weights[0], weights[1])
        finally:
            shutil.rmtree(work)
