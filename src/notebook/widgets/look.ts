import { Model, type State } from './model.js';

/** What can be said about any widget. */
export interface WidgetOptions {
  /** The label beside it. */
  description?: string;
  /** Shown under the mouse. */
  tooltip?: string;
  /** Greyed out, so that it cannot be changed by hand. */
  disabled?: boolean;
  /** CSS of the widget as a whole: `{ width: '50%' }`. */
  layout?: Record<string, string>;
  /** Properties of the widget's style model: `{ description_width: '8em', bar_color: '#0072B2' }`. */
  style?: Record<string, string>;
}

/** The state that a layout model keeps for `WidgetOptions.layout`. */
export function layoutModel(css: Record<string, string> = {}): Model {
  const names = {
    model: 'LayoutModel',
    view: 'LayoutView',
    module: '@jupyter-widgets/base',
  } as const;
  // The specification writes CSS's properties with underscores.
  const entries = Object.entries(css).map(([key, value]) => [underscored(key), value]);
  return new Model(names, Object.fromEntries(entries));
}

/** A style model of the kind the widget's own specification names: 'SliderStyleModel'. */
export function styleModel(model: string, style: Record<string, string> = {}): Model {
  const names = { model, view: 'StyleView', viewModule: '@jupyter-widgets/base' } as const;
  return new Model(names, style);
}

/** A control's model together with its layout and style. */
export function controlModel(
  model: string,
  style: string | null,
  options: WidgetOptions,
  state: State,
  view = model.replace(/Model$/, 'View'),
): Model {
  const { description = '', tooltip = null, disabled = false } = options;
  // Long labels are the rule for hyperparameters, and cut off by default.
  const labelled = { description_width: 'initial', ...options.style };
  const parts = [layoutModel(options.layout)];
  if (style) parts.push(styleModel(style, style.startsWith('Button') ? options.style : labelled));
  const [layout, styled] = parts;
  const control = new Model(
    { model, view },
    {
      description,
      tooltip,
      disabled,
      layout: layout.reference,
      ...(styled && { style: styled.reference }),
      ...state,
    },
  );
  control.onClose(() => {
    for (const part of parts) part.close();
  });
  return control;
}

const underscored = (name: string) =>
  name.replace(/-/g, '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
