import { layoutModel } from './look.js';
import { Model, Widget } from './model.js';

abstract class Box extends Widget {
  /** @internal */
  readonly model: Model;
  private content: readonly Widget[];

  protected constructor(name: string, children: readonly Widget[], css?: Record<string, string>) {
    super();
    const layout = layoutModel(css);
    this.content = children;
    this.model = new Model(
      { model: `${name}Model`, view: `${name}View` },
      { box_style: '', children: references(children), layout: layout.reference },
    );
    this.model.onClose(() => layout.close());
  }

  /** What it holds; setting it shows others. */
  get children(): readonly Widget[] {
    return this.content;
  }

  set children(children: readonly Widget[]) {
    this.content = children;
    this.model.set({ children: references(children) });
  }

  describe(): string {
    return this.content.map((child) => child.describe()).join('\n');
  }
}

/**
 * Widgets side by side.
 *
 * @example new HBox([train, pause, stop]).show();
 */
export class HBox extends Box {
  constructor(children: readonly Widget[], layout?: Record<string, string>) {
    super('HBox', children, layout);
  }
}

/** Widgets one below the other. */
export class VBox extends Box {
  constructor(children: readonly Widget[], layout?: Record<string, string>) {
    super('VBox', children, layout);
  }
}

const references = (widgets: readonly Widget[]) => widgets.map(({ model }) => model.reference);
