/** Widgets that show what the program says. */
import { controlModel, type WidgetOptions } from './look.js';
import { ValueWidget } from './value.js';

/** A bar that fills. */
export class FloatProgress extends ValueWidget<number> {
  constructor(options: WidgetOptions & { value?: number; min?: number; max?: number } = {}) {
    const { value = 0, min = 0, max = 1 } = options;
    super(
      controlModel(
        'FloatProgressModel',
        'ProgressStyleModel',
        options,
        { value, min, max, bar_style: '', orientation: 'horizontal' },
        'ProgressView',
      ),
      'value',
      options.description ?? '',
    );
  }

  /** Its colour: running, done, failed or stopped. */
  set state(state: 'running' | 'done' | 'failed' | 'interrupted') {
    const styles = { running: '', done: 'success', failed: 'danger', interrupted: 'warning' };
    this.model.set({ bar_style: styles[state] });
  }

  protected override text(value: number): string {
    const { min, max } = this.model.state as { min: number; max: number };
    return `${Math.round((100 * (value - min)) / (max - min))} %`;
  }
}

/** Markup, which can be replaced. Escape what comes from elsewhere: it is shown as HTML. */
export class HTML extends ValueWidget<string> {
  constructor(value = '', options: WidgetOptions = {}) {
    super(
      controlModel('HTMLModel', 'HTMLStyleModel', options, { value, placeholder: '' }),
      'value',
      options.description ?? '',
    );
  }

  protected override text(value: string): string {
    return value.replace(/<[^>]*>/g, '').trim();
  }
}
