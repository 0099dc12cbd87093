/** The standard Jupyter widgets, by the names that ipywidgets gives them. */
export { HBox, VBox } from './boxes.js';
export { Button, type ButtonOptions } from './button.js';
export {
  Checkbox,
  type Choices,
  Dropdown,
  type NotInferred,
  Text,
  ToggleButton,
} from './choices.js';
export type { WidgetOptions } from './look.js';
export { Widget } from './model.js';
export { Output } from './output.js';
export { FloatProgress, HTML } from './shown.js';
export {
  FloatLogSlider,
  FloatSlider,
  IntSlider,
  type LogSliderOptions,
  type SliderOptions,
} from './sliders.js';
export { link, ValueWidget } from './value.js';
