import { controlModel, type WidgetOptions } from './look.js';
import { type Model, Widget } from './model.js';

/** What a button says and looks like. */
export interface ButtonOptions extends WidgetOptions {
  /** A name of Font Awesome: 'play'. */
  icon?: string;
  kind?: 'primary' | 'success' | 'info' | 'warning' | 'danger';
}

/**
 * A button.
 *
 * @example
 * const stop = new Button({ description: 'Stop', kind: 'danger' });
 * stop.onClick(() => controller.abort());
 * stop.show();
 */
export class Button extends Widget {
  /** @internal */
  readonly model: Model;

  constructor(options: ButtonOptions = {}) {
    super();
    this.model = controlModel('ButtonModel', 'ButtonStyleModel', options, {
      icon: options.icon ?? '',
      button_style: options.kind ?? '',
    });
  }

  /** Calls the listener at each click. @returns a function that ends it. */
  onClick(listener: () => void): () => void {
    return this.model.onCustom((content) => {
      if (content.event === 'click') listener();
    });
  }

  /** What is written on it. */
  get description(): string {
    return this.model.state.description as string;
  }

  set description(description: string) {
    this.model.set({ description });
  }

  /** Whether it is greyed out. */
  get disabled(): boolean {
    return this.model.state.disabled === true;
  }

  set disabled(disabled: boolean) {
    this.model.set({ disabled });
  }

  describe(): string {
    return `[${this.description}]`;
  }
}
