import { UsageError } from '../../runtime/errors.js';
import { controlModel, type WidgetOptions } from './look.js';
import { ValueWidget } from './value.js';

/** The values to choose from; labels are their texts, or the keys of an object. */
export type Choices<T> = readonly T[] | Readonly<Record<string, T>>;

/** `NoInfer`, which TypeScript has from 5.4 only: a value that is no option is to be a type error. */
export type NotInferred<T> = [T][T extends unknown ? 0 : never];

/**
 * A drop-down list.
 *
 * @example const optimizer = new Dropdown({ description: 'optimizer', options: ['adam', 'lazy-adam'] });
 */
export class Dropdown<const T> extends ValueWidget<T> {
  private readonly labels: string[];
  private readonly values: readonly T[];

  /** @throws UsageError without options, or with a value that is none of them. */
  constructor(options: WidgetOptions & { options: Choices<T>; value?: NotInferred<T> }) {
    const list = Array.isArray(options.options);
    const values = list ? (options.options as readonly T[]) : Object.values(options.options);
    const labels = list ? values.map(String) : Object.keys(options.options);
    if (values.length === 0) throw new UsageError('A drop-down needs at least one option.');
    const index = 'value' in options ? position(values, options.value as T, labels) : 0;
    super(
      controlModel('DropdownModel', 'DescriptionStyleModel', options, {
        _options_labels: labels,
        index,
      }),
      'index',
      options.description ?? '',
    );
    this.labels = labels;
    this.values = values;
  }

  protected override decode(index: unknown): T {
    return this.values[index as number];
  }

  protected override encode(value: T): number {
    return position(this.values, value, this.labels);
  }

  protected override text(value: T): string {
    return this.labels[this.values.indexOf(value)];
  }
}

function position<T>(values: readonly T[], value: T, labels: string[]): number {
  const index = values.indexOf(value);
  if (index >= 0) return index;
  throw new UsageError(`There is no option ${String(value)}: choose ${labels.join(', ')}.`);
}

/** A button that stays pressed: on or off. */
export class ToggleButton extends ValueWidget<boolean> {
  constructor(options: WidgetOptions & { value?: boolean; icon?: string } = {}) {
    const { value = false, icon = '' } = options;
    super(
      // Its style model knows no width for the description, which is the button's face.
      controlModel('ToggleButtonModel', 'ToggleButtonStyleModel', options, {
        value,
        icon,
        button_style: '',
      }),
      'value',
      options.description ?? '',
    );
  }

  protected override text(value: boolean): string {
    return value ? 'on' : 'off';
  }
}

/** A box to tick. */
export class Checkbox extends ValueWidget<boolean> {
  constructor(options: WidgetOptions & { value?: boolean } = {}) {
    const { value = false } = options;
    super(
      controlModel('CheckboxModel', 'CheckboxStyleModel', options, { value, indent: false }),
      'value',
      options.description ?? '',
    );
  }

  protected override text(value: boolean): string {
    return value ? 'on' : 'off';
  }
}

/** A line of text. */
export class Text extends ValueWidget<string> {
  constructor(
    options: WidgetOptions & { value?: string; placeholder?: string; continuous?: boolean } = {},
  ) {
    const { value = '', placeholder = '', continuous = true } = options;
    super(
      controlModel('TextModel', 'TextStyleModel', options, {
        value,
        placeholder,
        continuous_update: continuous,
      }),
      'value',
      options.description ?? '',
    );
  }
}
