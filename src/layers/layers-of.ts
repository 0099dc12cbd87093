/** Finding the layers of a model, wherever in it they are. */
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** What layers have that hold others, as nested models and wrappers do; tf.layers does not show it. */
interface Container {
  layers?: layers.Layer[];
  /** Of wrappers such as `timeDistributed`. Of a bidirectional one, only the pattern for its two. */
  layer?: layers.Layer;
  forwardLayer?: layers.Layer;
  backwardLayer?: layers.Layer;
}

function layersIn(container: LayersModel | layers.Layer): layers.Layer[] {
  const { layers, layer, forwardLayer, backwardLayer } = container as Container;
  const held = forwardLayer === undefined ? [layer] : [forwardLayer, backwardLayer];
  return layers ?? held.filter((inner) => inner !== undefined);
}

/** All layers of a model, each by its path, which no other has: `encoder`, `encoder.words`. */
export function layersByPath(
  container: LayersModel | layers.Layer,
  path = '',
): [string, layers.Layer][] {
  return layersIn(container).flatMap((layer): [string, layers.Layer][] => {
    const name = `${path}${layer.name}`;
    return [[name, layer], ...layersByPath(layer, `${name}.`)];
  });
}

/** A model's layers, each once, with those of nested models and wrappers in place of these. */
export function layersOf(model: LayersModel): layers.Layer[] {
  const all = layersByPath(model).map(([, layer]) => layer);
  return [...new Set(all.filter((layer) => layersIn(layer).length === 0))];
}
