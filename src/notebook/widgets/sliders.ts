import { UsageError } from '../../runtime/errors.js';
import { controlModel, type WidgetOptions } from './look.js';
import { ValueWidget } from './value.js';

/** A slider's range and where it stands. */
export interface SliderOptions extends WidgetOptions {
  value?: number;
  min?: number;
  max?: number;
  step?: number;
  /** How the number is written, in d3's format: '.2f'. */
  format?: string;
  orientation?: 'horizontal' | 'vertical';
  /** Tell of each movement (the default), or only when the handle is let go. */
  continuous?: boolean;
}

abstract class Slider extends ValueWidget<number> {
  protected constructor(
    model: string,
    private readonly range: { min: number; max: number },
    state: Record<string, unknown>,
    options: SliderOptions,
  ) {
    super(
      controlModel(model, 'SliderStyleModel', options, {
        orientation: options.orientation ?? 'horizontal',
        continuous_update: options.continuous ?? true,
        readout: true,
        behavior: 'drag-tap',
        ...state,
      }),
      'value',
      options.description ?? '',
    );
  }

  protected override encode(value: number): number {
    return within(value, this.range);
  }
}

/**
 * A slider over whole numbers.
 *
 * @example const k = new IntSlider({ description: 'k', value: 5, min: 1, max: 20 });
 */
export class IntSlider extends Slider {
  constructor(options: SliderOptions = {}) {
    const { min = 0, max = 100, step = 1, format: readout_format = 'd' } = options;
    const value = Math.round(within(options.value ?? min, range(min, max)));
    super('IntSliderModel', { min, max }, { value, min, max, step, readout_format }, options);
  }

  protected override encode(value: number): number {
    return Math.round(super.encode(value));
  }
}

/**
 * A slider over real numbers.
 *
 * @example const alpha = new FloatSlider({ description: 'α', value: 0.5, min: 0, max: 1, step: 0.05 });
 */
export class FloatSlider extends Slider {
  constructor(options: SliderOptions = {}) {
    const { min = 0, max = 1, step = 0.01, format: readout_format = '.2f' } = options;
    const value = within(options.value ?? min, range(min, max));
    super('FloatSliderModel', { min, max }, { value, min, max, step, readout_format }, options);
  }
}

/** A log slider's range: exponents of its base. */
export interface LogSliderOptions extends Omit<SliderOptions, 'min' | 'max' | 'step'> {
  /** Smallest and largest value themselves: 1e-5 and 1. */
  min?: number;
  max?: number;
  /** Exponent between two stops, 0.1 by default: ten stops a decade. */
  step?: number;
}

/**
 * A slider over powers of ten, for learning rates and their like. Its value is the number itself,
 * not the exponent.
 *
 * @example const rate = new FloatLogSlider({ description: 'learning rate', value: 1e-3, min: 1e-5, max: 1 });
 */
export class FloatLogSlider extends Slider {
  constructor(options: LogSliderOptions = {}) {
    const { min = 1e-5, max = 1, step = 0.1, format: readout_format = '.3~g' } = options;
    if (!(min > 0)) {
      throw new UsageError(`A log slider’s smallest value must be greater than 0, not ${min}.`);
    }
    const value = within(options.value ?? min, range(min, max));
    const exponents = { base: 10, min: Math.log10(min), max: Math.log10(max), step };
    super('FloatLogSliderModel', { min, max }, { value, ...exponents, readout_format }, options);
  }
}

function range(min: number, max: number) {
  if (!(min < max)) throw new UsageError(`A slider’s min (${min}) must be less than max (${max}).`);
  return { min, max };
}

/** The number, or the end of the range that is nearest. */
function within(value: number, { min, max }: { min: number; max: number }): number {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new UsageError(`A slider’s value must be a number, not ${value}.`);
  }
  return Math.min(max, Math.max(min, value));
}
