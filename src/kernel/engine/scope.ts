/** Where the value of one name lives, for all cells. */
export class Box {
  /** The value; own once there is one. Until then reading it throws, as in a temporal dead zone. */
  declare v: unknown;

  constructor(readonly name: string) {}

  /** Makes the box read elsewhere: a live import. */
  link(get: () => unknown): void {
    Object.defineProperty(this, 'v', { get, configurable: true, enumerable: true });
  }

  /** Ends a link: the name is declared anew. */
  unlink(): void {
    if (Object.getOwnPropertyDescriptor(this, 'v')?.get) Reflect.deleteProperty(this, 'v');
  }

  set(value: unknown): void {
    Object.defineProperty(this, 'v', {
      value,
      writable: true,
      configurable: true,
      enumerable: true,
    });
  }

  /** Gives a name that has no value yet `undefined`, as `var` does. */
  hoist(): void {
    if (!Object.hasOwn(this, 'v')) this.set(undefined);
  }
}

// On the prototype, so that the first assignment makes an ordinary own property, which V8 keeps fast.
Object.defineProperty(Box.prototype, 'v', {
  get(this: Box) {
    throw new ReferenceError(`Cannot access '${this.name}' before initialization`);
  },
  set(this: Box, value: unknown) {
    this.set(value);
  },
});

/**
 * The values of all names that cells have declared at their top level. A box a name, kept for ever:
 * whoever refers to a name sees what the newest cell put there. Boxes instead of one object's
 * properties, because an object with many names is a slow dictionary to V8.
 */
export class Scope {
  private readonly boxes = new Map<string, Box>();

  box(name: string): Box {
    let box = this.boxes.get(name);
    if (!box) {
      box = new Box(name);
      this.boxes.set(name, box);
    }
    return box;
  }
}
