/** What cells load that has to know of the kernel. */
import Module from 'node:module';
import type { CellApi } from '../../runtime/cell-api.js';

/** Calls a function with what a module exports, when it is loaded for the first time. */
type Hooks = Record<string, (exported: never) => void>;

/** Node's own loader, which every `require` goes through. */
const loader = Module as unknown as {
  _load(request: string, parent: unknown, isMain: boolean): unknown;
};

function onLoad(hooks: Hooks): void {
  const load = loader._load;
  const left = new Map(Object.entries(hooks));
  loader._load = function (request, parent, isMain) {
    const exported = load.call(this, request, parent, isMain);
    const hook = left.get(request);
    if (hook && exported) {
      left.delete(request);
      hook(exported as never);
    }
    return exported;
  };
}

/** Makes tslab's own calls and tf.js's training know of the kernel. */
export function hookModules(api: CellApi): void {
  onLoad({
    tslab: () => routeTslab(api),
    '@tensorflow/tfjs-layers': (layers: { LayersModel?: Trainable }) => {
      if (layers.LayersModel) makeInterruptible(layers.LayersModel.prototype, api);
    },
  });
}

/** `tslab.display` reads where to display from a variable of the module that is its server. */
function routeTslab(api: CellApi): void {
  type Shown = { data: never; metadata?: object; transient?: { display_id?: string } };
  const server = require('tslab/dist/jupyter.js');
  server.lastWriteDisplayData = ({ data, metadata, transient }: Shown, update: boolean) =>
    api.display({ data, metadata, displayId: transient?.display_id }, { update });
}

interface Model {
  stopTraining?: boolean;
  fit(...args: unknown[]): Promise<unknown>;
  fitDataset(...args: unknown[]): Promise<unknown>;
}

interface Trainable {
  prototype: Model;
}

/** An interrupt ends `model.fit` after the batch that it is at. */
function makeInterruptible(prototype: Model, api: CellApi): void {
  for (const name of ['fit', 'fitDataset'] as const) {
    const original = prototype[name];
    prototype[name] = function (this: Model, ...args) {
      const signal = api.interrupted();
      if (signal.aborted) return Promise.reject(signal.reason);
      const stop = () => {
        this.stopTraining = true;
      };
      signal.addEventListener('abort', stop);
      const work = original
        .apply(this, args)
        .finally(() => signal.removeEventListener('abort', stop));
      api.finishes(work);
      return work;
    };
  }
}
