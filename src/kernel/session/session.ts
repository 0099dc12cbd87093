import { type CellApi, type MimeBundle, provideCellApi } from '../../runtime/cell-api.js';
import { UsageError } from '../../runtime/errors.js';
import type { Engine } from '../engine/engine.js';
import type { Failure } from '../failure.js';
import { reasonOf } from '../values/text.js';
import type { Origin } from '../wire/between.js';
import type { Content, Message } from '../wire/message.js';
import type { Wire, WireListener } from '../wire/wire.js';
import { Answers } from './answers.js';
import { apart } from './apart.js';
import { CellRunner } from './cell-runner.js';
import { Comms } from './comms.js';
import { type Context, contextOf, currentContext, setLatest } from './context.js';
import { routeExit } from './exit.js';
import { collector } from './garbage.js';
import { History } from './history.js';
import { hookModules } from './hooks.js';
import { Inputs } from './inputs.js';
import { Interrupted, isInterrupted } from './interrupted.js';
import { routeStreams } from './streams.js';

/** Time that a cell has for ending in good order when the kernel ends (ms). */
const FAREWELL = 1000;

type Display = (value: unknown) => MimeBundle | Promise<MimeBundle>;

/** The main thread's side of a kernel: takes requests, runs cells one after the other. */
export class Session implements WireListener {
  private readonly engine: Engine;
  private readonly runner: CellRunner;
  private readonly inputs: Inputs;
  private readonly comms: Comms;
  private readonly history = new History();
  private readonly answers: Answers;
  private readonly collectGarbage = collector();
  /** The cells that wait, as a chain. */
  private cells: Promise<void> = Promise.resolve();
  /** Cells of requests up to this one are not run. */
  private abortedUpTo: Origin = 0;
  private count = 0;
  private running: Origin | null = null;
  private seen = 0;

  constructor(
    private readonly wire: Wire,
    makeEngine: (check: () => void) => Engine,
    private readonly display: Display,
  ) {
    this.runner = new CellRunner(wire);
    this.engine = makeEngine(this.runner.check);
    this.inputs = new Inputs(wire);
    this.comms = new Comms(
      (type, content, more) => wire.publish(currentContext()?.origin ?? -1, type, content, more),
      (error) => this.complain('Uncaught', error),
    );
    this.answers = new Answers(this.engine, this.history, this.comms);
    const api = this.api();
    provideCellApi(api);
    hookModules(api);
    routeStreams(wire);
    routeExit(wire, (error) => this.complain('Uncaught', error));
    process.on('SIGINT', () => void this.stop(false));
    process.on('uncaughtException', (error) => this.complain('Uncaught', error));
    process.on('unhandledRejection', (reason) => this.complain('Unhandled rejection', reason));
    wire.listen(this);
    // What came in meanwhile goes first.
    setImmediate(() => this.engine.warmUp());
  }

  request(origin: Origin, message: Message): void {
    const { msg_type } = message.header;
    if (msg_type === 'execute_request') {
      this.cells = this.cells
        .then(() => this.execute(origin, message.content))
        .catch((error) => this.complain('Uncaught', error));
      return;
    }
    this.status(origin, 'busy');
    if (msg_type.startsWith('comm_') && msg_type !== 'comm_info_request') {
      // What listens is a cell's.
      const context = contextOf(origin, currentContext() ?? { label: 'In[0]', cell: origin });
      this.runner.start(context, () => this.comms.receive(message));
      apart(() => this.idle(origin));
      return;
    }
    const content = this.answerTo(message);
    if (content) this.wire.reply(origin, msg_type.replace(/_request$/, '_reply'), content);
    this.idle(origin);
  }

  private answerTo({ header, content }: Message): Content | null {
    try {
      return this.answers.to(header.msg_type, content);
    } catch (error) {
      return { status: 'error', ...this.describe(error) };
    }
  }

  input(value: string): void {
    this.inputs.receive(value);
  }

  interrupt(interrupt: number, cut: boolean): void {
    this.wire.saw(interrupt);
    // A first message may have been on its way when the second, that it was cut off, was sent.
    if (interrupt === this.seen && !cut) return;
    this.seen = interrupt;
    void this.stop(cut);
  }

  private async stop(cut: boolean): Promise<void> {
    await this.runner.interrupt(cut);
    this.engine.cutOff();
  }

  async shutdown(): Promise<void> {
    const finished = this.runner.end(new Interrupted('The kernel was shut down.'));
    await Promise.race([finished, new Promise((done) => setTimeout(done, FAREWELL))]);
    process.exit();
  }

  private async execute(origin: Origin, content: Content): Promise<void> {
    const { silent = false, store_history = true, stop_on_error = true } = content;
    this.wire.running = this.running = origin;
    this.status(origin, 'busy');
    let reply: Content = { status: 'aborted' };
    if (origin > this.abortedUpTo) {
      const counted = store_history && !silent;
      if (counted) this.history.add(++this.count, content.code);
      const context = contextOf(
        origin,
        { label: `In[${this.count}]`, cell: origin },
        content.allow_stdin,
      );
      setLatest(context);
      if (!silent) this.publish(origin, 'execute_input', { code: content.code, ...this.number });
      const result = await this.outcome(context, content);
      this.inputs.end(context);
      if (result.status === 'error') {
        const { ename, evalue, traceback } = result;
        this.publish(origin, 'error', { ename, evalue, traceback });
        if (stop_on_error) this.abortedUpTo = this.wire.received;
      }
      reply = { ...result, ...this.number };
    }
    this.wire.reply(origin, 'execute_reply', reply);
    this.wire.running = this.running = null;
    this.status(origin, 'idle');
    this.collectGarbage();
  }

  private get number() {
    return { execution_count: this.count };
  }

  /** Runs a cell and shows what it comes to. */
  private async outcome(context: Context, content: Content): Promise<Content> {
    const { code, silent = false, store_history = true, user_expressions = {} } = content;
    try {
      const page = this.answers.page(code);
      if (page) return { status: 'ok', payload: [page], user_expressions: {} };
      const { value } = await this.evaluate(context, code);
      if (value !== undefined && !silent) {
        const data = await this.runner.run(context, () => this.display(value));
        this.publish(context.origin, 'execute_result', { data, metadata: {}, ...this.number });
        if (store_history) this.history.setOutput(data['text/plain']);
      }
      const expressions = await this.expressions(context, user_expressions);
      // What ended by itself when it was interrupted leaves a cell that goes on as if nothing had been.
      context.controller.signal.throwIfAborted();
      return { status: 'ok', payload: [], user_expressions: expressions };
    } catch (error) {
      return { status: 'error', ...this.describe(error) };
    }
  }

  /** @returns the value in its box: an `await` of the kernel's own could not be interrupted. */
  private async evaluate(context: Context, code: string): Promise<{ readonly value: unknown }> {
    if (code.trim() === '') return { value: undefined };
    const cell = this.engine.compile(code, context.label);
    for (const warning of cell.warnings) this.wire.print(context.origin, 'stderr', `${warning}\n`);
    return this.runner.run(context, () => cell.run());
  }

  private async expressions(context: Context, asked: Record<string, string>): Promise<Content> {
    const answers: Content = {};
    for (const [name, code] of Object.entries(asked)) {
      try {
        const { value } = await this.evaluate(context, code);
        const data = await this.runner.run(context, () => this.display(value));
        answers[name] = { status: 'ok', data, metadata: {} };
      } catch (error) {
        answers[name] = { status: 'error', ...this.describe(error) };
      }
    }
    return answers;
  }

  private describe(error: unknown): Failure {
    try {
      if (isInterrupted(error)) {
        const { name, message } = error;
        return { ename: name, evalue: message, traceback: [`${name}: ${message}`] };
      }
      return this.engine.describe(error);
    } catch (trouble) {
      // A proxy, or an inspection of its own that fails.
      const evalue = `something that cannot be shown: ${reasonOf(trouble)}`;
      return { ename: 'Thrown', evalue, traceback: [`Thrown: ${evalue}`] };
    }
  }

  private publish(origin: Origin, type: string, content: Content): void {
    this.wire.publish(origin, type, content);
  }

  private status(origin: Origin, execution_state: 'busy' | 'idle'): void {
    this.publish(origin, 'status', { execution_state });
  }

  /** A request is done; where a cell runs the kernel is as busy as before. */
  private idle(origin: Origin): void {
    this.status(origin, 'idle');
    if (this.running !== null) this.status(this.running, 'busy');
  }

  /** Something went wrong that no code waits for. */
  private complain(what: string, error: unknown): void {
    if (isInterrupted(error)) return;
    const context = currentContext();
    const { traceback } = this.describe(error);
    const text = `${what}${context ? ` (${context.label})` : ''}: ${traceback.join('\n')}\n`;
    this.wire.print(context?.cell ?? -1, 'stderr', text);
  }

  /** What cells can ask of the kernel. */
  private api(): CellApi {
    const here = () => {
      const context = currentContext();
      if (!context) throw new UsageError('No cell runs that could ask this.');
      return context;
    };
    return {
      display: ({ data, metadata = {}, displayId }, { update = false } = {}) =>
        this.publish(here().origin, update ? 'update_display_data' : 'display_data', {
          ...{ data, metadata },
          transient: displayId === undefined ? {} : { display_id: displayId },
        }),
      clearOutput: (wait = false) => this.publish(here().origin, 'clear_output', { wait }),
      input: (prompt, options) => this.inputs.ask(here(), prompt, options),
      interrupted: () => this.runner.signal(here()),
      finishes: (work) => this.runner.finishes(here(), work),
      comms: this.comms.api,
    };
  }
}
