import type { Engine } from '../engine/engine.js';
import type { Content } from '../wire/message.js';
import type { Comms } from './comms.js';
import type { History } from './history.js';
import { indexOf, positionOf } from './positions.js';

/** Answers what needs no cell to be run. */
export class Answers {
  constructor(
    private readonly engine: Engine,
    private readonly history: History,
    private readonly comms: Comms,
  ) {}

  /** The reply to a request; null to one that this kernel does not know. */
  to(type: string, content: Content): Content | null {
    switch (type) {
      case 'is_complete_request':
        return { ...this.engine.isComplete(content.code) };
      case 'complete_request':
        return this.complete(content);
      case 'inspect_request':
        return this.inspect(content);
      case 'history_request':
        return this.history.answer(content);
      case 'comm_info_request':
        return this.comms.info(content.target_name);
      default:
        return null;
    }
  }

  /** What a cell `name?` asks for, as IPython has it: what is known of the name. Null for others. */
  page(code: string): Content | null {
    const [, name] = /^\s*([\w$.]+)\s*\?\s*$/.exec(code) ?? [];
    if (name === undefined) return null;
    const nothing = { 'text/plain': `Nothing is known of ${name}.` };
    return { source: 'page', data: this.engine.inspect(name, name.length) ?? nothing, start: 0 };
  }

  private complete({ code, cursor_pos = code.length }: Content): Content {
    const { matches, start, end, metadata } = this.engine.complete(code, indexOf(code, cursor_pos));
    const [cursor_start, cursor_end] = [start, end].map((index) => positionOf(code, index));
    return { status: 'ok', matches, cursor_start, cursor_end, metadata };
  }

  private inspect({ code, cursor_pos = code.length }: Content): Content {
    const data = this.engine.inspect(code, indexOf(code, cursor_pos));
    return { status: 'ok', found: data !== null, data: data ?? {}, metadata: {} };
  }
}
