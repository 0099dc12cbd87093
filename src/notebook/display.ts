import { randomBytes } from 'node:crypto';
import { displayOf } from '../kernel/values/display-of.js';
import { JUPYTER_DISPLAY } from '../kernel/values/jupyter-display.js';
import { cellApi, type MimeBundle } from '../runtime/cell-api.js';

/** What shows itself in a notebook: a widget, say. */
export interface Displayable {
  /** The forms in which it is shown. */
  [JUPYTER_DISPLAY](): MimeBundle;
}

interface DisplayMessage {
  data: MimeBundle;
  metadata: Record<string, never>;
  transient: { display_id?: string };
}

type WriteDisplay = (message: DisplayMessage, update: boolean) => void;

/** Shows a bundle or a widget as an output of the running cell; outside a notebook, its plain text. */
export function display(shown: MimeBundle | Displayable): void {
  const bundle = JUPYTER_DISPLAY in shown ? (shown as Displayable)[JUPYTER_DISPLAY]() : shown;
  const write = kernelDisplay();
  if (write) write({ data: bundle as MimeBundle, metadata: {}, transient: {} }, false);
  else console.log((bundle as MimeBundle)['text/plain']);
}

/**
 * Shows a value as our kernel shows a cell's last one: a tensor, a list of objects, a figure …
 *
 * @example for (const weights of model.getWeights()) await show(weights);
 */
export async function show(value: unknown): Promise<void> {
  display(await displayOf(value));
}

/**
 * An output that is replaced where it stands: each call of the function returned shows another
 * bundle in the same place. `null` outside a notebook.
 */
export function replaceableDisplay(): ((bundle: MimeBundle) => void) | null {
  if (!kernelDisplay()) return null;
  const display_id = randomBytes(8).toString('hex');
  let shown = false;
  return (data) => {
    kernelDisplay()?.({ data, metadata: {}, transient: { display_id } }, shown);
    shown = true;
  };
}

/**
 * Removes what the running cell has shown so far; nothing happens outside our kernel.
 *
 * @param wait - only when the next output comes, so that nothing flickers.
 */
export function clearOutput(wait = false): void {
  cellApi()?.clearOutput(wait);
}

function kernelDisplay(): WriteDisplay | null {
  const api = cellApi();
  if (!api) return stockDisplay();
  return ({ data, transient }, update) =>
    api.display({ data, displayId: transient.display_id }, { update });
}

/**
 * Where tslab, if it runs this process, sends displays. Its public `display.raw` takes text alone,
 * but JupyterLab wants JSON types as objects: a string breaks a saved notebook. Loading tslab just
 * to see that no kernel runs would cost half a second, hence the look into the module cache.
 */
function stockDisplay(): WriteDisplay | null {
  const loaded = require.cache[require.resolve('tslab/dist/jupyter.js')];
  return loaded?.exports.lastWriteDisplayData ?? null;
}
