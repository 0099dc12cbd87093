import { inspect } from 'node:util';
import { JUPYTER_DISPLAY } from '../../kernel/values/jupyter-display.js';
import type { MimeBundle } from '../../runtime/cell-api.js';
import { type Comm, type CommMessage, cellApi } from '../../runtime/cell-api.js';
import { display } from '../display.js';
import { forgetModel, keepModel } from './manager.js';

/** What a widget's model holds, by the names of the Jupyter widgets' specification. */
export type State = Record<string, unknown>;

/** The protocol of `jupyter.widget` that is spoken here. */
const PROTOCOL = { version: '2.1.0' };

/** The packages in which the front end finds models and views, and the versions asked for. */
const VERSIONS = {
  '@jupyter-widgets/base': '2.0.0',
  '@jupyter-widgets/controls': '2.0.0',
  '@jupyter-widgets/output': '1.0.0',
};

/** A model's published name, its view's, and where they are. */
export interface Names {
  model: string;
  view: string;
  module?: keyof typeof VERSIONS;
  /** Where it differs: styles have their view in the base package. */
  viewModule?: keyof typeof VERSIONS;
}

/**
 * A model that the front end keeps a copy of, over a comm of the target `jupyter.widget`. Where
 * there is no front end that knows comms it is just its state.
 *
 * https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/messages.md
 */
export class Model {
  private readonly comm: Comm | null;
  private readonly listeners = new Set<(changed: State) => void>();
  private readonly customListeners = new Set<(content: State) => void>();
  private readonly closeListeners = new Set<() => void>();
  readonly state: State;
  closed = false;

  constructor(
    { model, view, module = '@jupyter-widgets/controls', viewModule = module }: Names,
    state: State,
  ) {
    this.state = {
      _model_module: module,
      _model_module_version: VERSIONS[module],
      _model_name: model,
      _view_module: viewModule,
      _view_module_version: VERSIONS[viewModule],
      _view_name: view,
      _view_count: null,
      ...state,
    };
    this.comm =
      cellApi()?.comms.open('jupyter.widget', {
        data: { state: this.state, buffer_paths: [] },
        metadata: PROTOCOL,
      }) ?? null;
    this.comm?.onMessage((message) => this.receive(message));
    this.comm?.onClose(() => this.end());
    if (this.comm) keepModel(this.comm.id, this);
  }

  /** Whether a front end can show and change it. */
  get live(): boolean {
    return this.comm !== null && !this.closed;
  }

  /** How other models' states refer to this one. */
  get reference(): string {
    return `IPY_MODEL_${this.comm?.id ?? ''}`;
  }

  /** What to display in order to show it; null where no front end can. */
  get viewBundle(): Record<string, unknown> | null {
    if (!this.comm || this.closed) return null;
    const data = { version_major: 2, version_minor: 0, model_id: this.comm.id };
    return { 'application/vnd.jupyter.widget-view+json': data };
  }

  /** Changes some of the state, here and in the front end; what is as it was is not sent. */
  set(changes: State): void {
    const changed = differing(this.state, changes);
    if (Object.keys(changed).length === 0) return;
    Object.assign(this.state, changed);
    if (!this.closed) this.comm?.send({ method: 'update', state: changed, buffer_paths: [] });
    this.tell(changed);
  }

  /** Calls the listener with what has changed, whoever changed it. @returns ends that. */
  onChange(listener: (changed: State) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls the listener with the view's own messages: a button's clicks. @returns ends that. */
  onCustom(listener: (content: State) => void): () => void {
    this.customListeners.add(listener);
    return () => this.customListeners.delete(listener);
  }

  /** Calls the listener once, when the model is closed. @returns ends that. */
  onClose(listener: () => void): () => void {
    this.closeListeners.add(listener);
    return () => this.closeListeners.delete(listener);
  }

  /** Removes it from the front end. */
  close(): void {
    if (this.closed) return;
    this.comm?.close();
    this.end();
  }

  private end(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.comm) forgetModel(this.comm.id);
    for (const listener of [...this.closeListeners]) listener();
  }

  private receive({ data }: CommMessage): void {
    const { method, state = {}, content = {} } = data ?? {};
    if (method === 'update') {
      // Also back to the sender, as the protocol wants it since 2.1: pages that show the same
      // widget follow, and the sender knows which of its own changes has arrived.
      this.comm?.send({ method: 'echo_update', state, buffer_paths: [] });
      const changed = differing(this.state, state);
      Object.assign(this.state, changed);
      if (Object.keys(changed).length > 0) this.tell(changed);
    } else if (method === 'request_state') {
      this.comm?.send({ method: 'update', state: this.state, buffer_paths: [] });
    } else if (method === 'custom') {
      for (const listener of [...this.customListeners]) listener(content);
    }
  }

  private tell(changed: State): void {
    for (const listener of [...this.listeners]) listener(changed);
  }
}

/** What of the changes is not so already. */
function differing(state: State, changes: State): State {
  return Object.fromEntries(
    Object.entries(changes).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(state[key]),
    ),
  );
}

/** What all widgets share: a model that is shown, with a text for where it cannot be. */
export abstract class Widget {
  /** @internal */
  abstract readonly model: Model;

  /** One line about it and its value, for where there are no widgets. */
  abstract describe(): string;

  /** Shows it under the running cell; a widget that is a cell's last line shows itself. */
  show(): void {
    display(this);
  }

  /** Removes it from every page that shows it. */
  close(): void {
    this.model.close();
  }

  /** The widget, and its line of text for where there are none. */
  [JUPYTER_DISPLAY](): MimeBundle {
    return { ...this.model.viewBundle, 'text/plain': this.describe() };
  }

  /** What `console.log` prints. */
  [inspect.custom](): string {
    return this.describe();
  }
}
