import { randomBytes } from 'node:crypto';

/** One output in several forms, by MIME type; the front end shows the richest it knows. */
export type MimeBundle = Record<string, unknown> & { 'text/plain': string };

interface DisplayMessage {
  data: MimeBundle;
  metadata: Record<string, never>;
  transient: { display_id?: string };
}

type WriteDisplay = (message: DisplayMessage, update: boolean) => void;

/** Shows a bundle as an output of the running cell; outside a notebook, its plain text. */
export function display(bundle: MimeBundle): void {
  const write = kernelDisplay();
  if (write) write({ data: bundle, metadata: {}, transient: {} }, false);
  else console.log(bundle['text/plain']);
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
 * Where tslab, if it runs this process, sends displays. Its public `display.raw` takes text alone,
 * but JupyterLab wants JSON types as objects: a string breaks a saved notebook. Loading tslab just
 * to see that no kernel runs would cost half a second, hence the look into the module cache.
 */
function kernelDisplay(): WriteDisplay | null {
  const loaded = require.cache[require.resolve('tslab/dist/jupyter.js')];
  return loaded?.exports.lastWriteDisplayData ?? null;
}
