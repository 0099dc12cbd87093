/** A control for each of an experiment's hyperparameters. */
import { experimentNamed, type RunRequest, resolveConfig } from '../../experiments/config.js';
import type { Experiment } from '../../experiments/experiment.js';
import { isSpec } from '../../experiments/optimizers.js';
import { Dropdown, Text } from '../widgets/choices.js';
import { FloatLogSlider, FloatSlider, IntSlider } from '../widgets/sliders.js';
import type { ValueWidget } from '../widgets/value.js';

/** The controls of an experiment, in the order in which they are shown. */
export interface Controls {
  /** By the name of the hyperparameter. */
  widgets: Record<string, ValueWidget<never>>;
  /** What they say, as a run is asked for. */
  request(): RunRequest;
  set disabled(disabled: boolean);
}

/** How far a size can be moved up from the preset's. */
const SIZE_RANGE = 4;

/**
 * Controls that stand where the preset has its values. k and alpha can be moved for an optimizer
 * with slow weights alone; a spec, where one is written, says all that an optimizer is.
 *
 * @throws UsageError for an experiment, preset or optimizer that does not exist.
 */
export function controlsFor({ experiment: name, preset, optimizer }: RunRequest): Controls {
  const experiment = experimentNamed(name);
  const config = resolveConfig({ experiment: name, preset, optimizer });
  const { lr, k, alpha, ...own } = { ...experiment.defaults, ...config };
  const optimizers = Object.keys(experiment.optimizers);
  const look = { style: { description_width: '9em' }, layout: { width: '30em' } };
  const choice = new Dropdown({
    ...look,
    ...{ description: 'optimizer', options: optimizers },
    value: isSpec(config.optimizer) ? optimizers[0] : config.optimizer,
  });
  const spec = new Text({
    ...look,
    ...{ description: 'or a spec', placeholder: 'lookahead(adam(1e-3), k=10)' },
    value: isSpec(config.optimizer) ? config.optimizer : '',
  });
  const rate = new FloatLogSlider({
    ...look,
    ...{ description: 'learning rate', value: lr, min: 1e-5, max: 10 },
  });
  const period = new IntSlider({ ...look, description: 'k', value: k, min: 1, max: 20 });
  const step = new FloatSlider({ ...look, description: 'α', value: alpha, step: 0.05 });
  const whole = (description: string, value: number, min: number, max: number) =>
    new IntSlider({ ...look, description, value, min, max });
  const basics = {
    optimizer: choice,
    spec,
    lr: rate,
    k: period,
    alpha: step,
    epochs: whole('epochs', own.epochs, 1, Math.max(10, 2 * own.epochs)),
    batchSize: whole('batch size', own.batchSize, 1, SIZE_RANGE * own.batchSize),
    seed: whole('seed', config.seed, 0, 100),
  };
  const settings = Object.fromEntries(
    Object.entries(own.settings).map(([key, value]) => [
      key,
      settingOf(experiment, key, value, look),
    ]),
  );
  const widgets = { ...basics, ...settings } as unknown as Controls['widgets'];
  let all = false;
  const written = () => spec.value.trim();
  const hasSlow = () => experiment.optimizers[choice.value].lookahead;
  const enable = () => {
    for (const widget of Object.values(widgets)) widget.disabled = all;
    choice.disabled = rate.disabled = all || written() !== '';
    period.disabled = step.disabled = choice.disabled || !hasSlow();
  };
  choice.observe(enable);
  spec.observe(enable);
  enable();
  return {
    widgets,
    request() {
      return {
        ...{ experiment: name, preset: config.preset },
        ...(written() !== ''
          ? { optimizer: written() }
          : { optimizer: choice.value, lr: rate.value }),
        ...(written() === '' && hasSlow() && { k: period.value, alpha: step.value }),
        epochs: basics.epochs.value,
        batchSize: basics.batchSize.value,
        seed: basics.seed.value,
        settings: Object.fromEntries(
          Object.entries(settings).map(([key, widget]) => [key, widget.value]),
        ),
      };
    },
    set disabled(disabled: boolean) {
      all = disabled;
      enable();
    },
  };
}

/** A share is a slider from 0 to 1, a size one up to some times the preset's, a kind a list. */
function settingOf(
  { choices, rates, fromZero, positive }: Experiment,
  key: string,
  value: number | string,
  look: object,
): ValueWidget<number> | ValueWidget<string> {
  const description = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (typeof value === 'string') {
    return new Dropdown<string>({ ...look, description, options: choices[key], value });
  }
  if (rates.includes(key)) {
    return new FloatSlider({ ...look, description, value, max: 0.95, step: 0.05 });
  }
  if (positive?.includes(key)) {
    return new FloatLogSlider({ ...look, description, value, min: value / 100, max: value * 100 });
  }
  const max = Math.max(10, SIZE_RANGE * value);
  // A page rounds values to whole steps from the least.
  const step = max > 1000 && value % 10 === 0 ? 10 : 1;
  const min = fromZero?.includes(key) ? 0 : step;
  return new IntSlider({ ...look, description, value, min, max, step });
}
