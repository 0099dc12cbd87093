import type { MimeBundle } from '../../runtime/cell-api.js';
import { layoutModel } from './look.js';
import { Model, Widget } from './model.js';

/** An output as a notebook file keeps it. */
type NotebookOutput = { output_type: string } & Record<string, unknown>;

/**
 * A place for outputs inside a box: what a click shows, say, which belongs to no cell.
 *
 * @example
 * const log = new Output();
 * button.onClick(() => log.print(`pressed at ${new Date().toLocaleTimeString()}\n`));
 */
export class Output extends Widget {
  /** @internal */
  readonly model: Model;

  constructor(css?: Record<string, string>) {
    super();
    const layout = layoutModel(css);
    const state = { msg_id: '', outputs: [], layout: layout.reference };
    const names = { model: 'OutputModel', view: 'OutputView' };
    this.model = new Model({ ...names, module: '@jupyter-widgets/output' }, state);
    this.model.onClose(() => layout.close());
  }

  /** Adds text, which ends no line by itself. */
  print(text: string): void {
    const last = this.outputs.at(-1);
    if (last?.output_type !== 'stream') {
      this.add({ output_type: 'stream', name: 'stdout', text });
      return;
    }
    const longer = { ...last, text: `${last.text}${text}` };
    this.model.set({ outputs: [...this.outputs.slice(0, -1), longer] });
  }

  /** Adds an output. */
  display(data: MimeBundle): void {
    this.add({ output_type: 'display_data', data, metadata: {} });
  }

  /** Removes all that it shows. */
  clear(): void {
    this.model.set({ outputs: [] });
  }

  describe(): string {
    const texts = this.outputs.map(({ text, data }) => text ?? (data as MimeBundle)['text/plain']);
    return texts.join('').trimEnd();
  }

  private get outputs(): NotebookOutput[] {
    return this.model.state.outputs as NotebookOutput[];
  }

  private add(output: NotebookOutput): void {
    this.model.set({ outputs: [...this.outputs, output] });
  }
}
