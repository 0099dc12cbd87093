import { type CellApi, cellApi } from '../../runtime/cell-api.js';
import type { Model } from './model.js';

const models = new Map<string, Model>();
let answering: CellApi | null = null;

/** Makes a model known to pages that are opened later, for as long as it is not closed. */
export function keepModel(id: string, model: Model): void {
  models.set(id, model);
  const api = cellApi();
  if (!api || api === answering) return;
  answering = api;
  // A page that finds a running kernel asks it for the states of all widgets at once.
  api.comms.onOpen('jupyter.widget.control', (comm) => {
    comm.onMessage(({ data }) => {
      if (data?.method !== 'request_states') return;
      comm.send({ method: 'update_states', states: allStates(), buffer_paths: [] });
    });
  });
}

export function forgetModel(id: string): void {
  models.delete(id);
}

function allStates() {
  return Object.fromEntries(
    [...models].map(([id, { state }]) => [
      id,
      {
        model_name: state._model_name,
        model_module: state._model_module,
        model_module_version: state._model_module_version,
        state,
      },
    ]),
  );
}
