import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** A model's layers, with those of nested models and of wrappers such as TimeDistributed. */
export function layersOf(model: LayersModel): layers.Layer[] {
  const nested = (layer: layers.Layer): layers.Layer[] => {
    const inside = layer as { layers?: layers.Layer[]; layer?: layers.Layer };
    const parts = inside.layers ?? (inside.layer === undefined ? [] : [inside.layer]);
    return parts.length > 0 ? parts.flatMap(nested) : [layer];
  };
  return [...new Set(model.layers.flatMap(nested))];
}
