import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { isLibrary } from './checker.js';
import type { Check } from './checks.js';
import { namespaceOf } from './interop.js';
import type { Packages } from './packages.js';
import type { Resolution } from './resolution.js';
import type { Stacks } from './stack.js';
import { type Transpiled, transpile } from './transpile.js';

/** Files that tell the types of JavaScript beside them. */
const DECLARATIONS = /\.d\.([cm]?)ts$/;

/** A module of the user's: a file outside of node_modules, of TypeScript, JavaScript or JSON. */
interface LocalModule extends Transpiled {
  file: string;
  text: string;
  version: string;
  /** The local modules it imports. */
  dependencies: Set<string>;
  module: { exports: unknown };
  /** Its run; set when that has begun. What was cut off stays at 'begun', or never settles. */
  running?: Promise<void> | 'begun' | 'done';
}

/** Loads what cells import. Local modules are compiled here, and again when they have changed. */
export class Modules {
  private readonly local = new Map<string, LocalModule>();

  constructor(
    private readonly resolution: Resolution,
    private readonly packages: Packages,
    private readonly stacks: Stacks,
    private readonly check: Check,
  ) {}

  /**
   * Makes what a file imports ready for {@link require}. Local modules that have changed, and those
   * that import them, are forgotten: whoever imports them from here on has them run again.
   *
   * @returns a promise only when something must be waited for.
   */
  prepare(specifiers: string[], from: string): Promise<void> | undefined {
    this.forgetChanged();
    const order: LocalModule[] = [];
    const waits: Promise<void>[] = [];
    const link = (specifiers: Iterable<string>, from: string): string[] => {
      const files: string[] = [];
      for (const specifier of specifiers) {
        const file = this.localFile(specifier, from);
        if (file) files.push(file);
        else if (this.packages.mustBeAwaited(specifier, from)) {
          waits.push(this.packages.load(specifier, from));
        }
        if (file) add(file);
      }
      return files;
    };
    const seen = new Set<string>();
    // One that somebody else is loading is waited for as well.
    const add = (file: string): void => {
      const known = this.local.get(file);
      if (seen.has(file) || known?.running === 'done') return;
      seen.add(file);
      const module = known ?? this.compile(file);
      this.local.set(file, module);
      module.dependencies = new Set(link(module.requires, file));
      order.push(module);
    };
    link(specifiers, from);
    if (waits.length === 0 && !order.some(({ isAsync }) => isAsync)) return undefined;
    return this.runInOrder(order, waits);
  }

  require(specifier: string, from: string): unknown {
    const file = this.localFile(specifier, from);
    if (!file) return this.packages.require(specifier, from);
    if (!this.local.has(file)) {
      const waiting = this.prepare([specifier], from);
      if (waiting) {
        waiting.catch(() => {});
        throw new Error(`${specifier} must be awaited: use import instead of require.`);
      }
    }
    const module = this.local.get(file)!;
    if (!module.running) this.run(module);
    return module.module.exports;
  }

  /** What ran was cut off: modules that had not come to their end never will, and are loaded anew. */
  forgetUnfinished(): void {
    for (const { file, running } of this.local.values()) {
      if (running !== 'done') this.local.delete(file);
    }
  }

  async import(specifier: string, from: string): Promise<unknown> {
    await this.prepare([specifier], from);
    return namespaceOf(this.require(specifier, from));
  }

  /** `import.meta` of a file. */
  meta(file: string): object {
    const { href } = pathToFileURL(file);
    const { resolve } = createRequire(file);
    return {
      url: href,
      filename: file,
      dirname: dirname(file),
      resolve: (specifier: string) => pathToFileURL(resolve(specifier)).href,
    };
  }

  /** The functions that code in a file calls for `require` and `import()`. */
  loaders(file: string): { require: NodeJS.Require; import: (specifier: string) => unknown } {
    const require = (specifier: string) => this.require(specifier, file);
    return {
      require: Object.assign(require, createRequire(file)),
      import: (specifier) => this.import(String(specifier), file),
    };
  }

  private async runInOrder(order: LocalModule[], waits: Promise<void>[]): Promise<void> {
    try {
      await Promise.all(waits);
      for (const module of order) {
        this.check();
        if (!module.running) this.run(module);
        await module.running;
      }
    } catch (error) {
      for (const module of order) if (module.running !== 'done') this.forget(module);
      throw error;
    }
  }

  private run(module: LocalModule): void {
    const { file, mark, code, isAsync, map } = module;
    const keyword = isAsync ? 'async function' : 'function';
    const head = `(${keyword} (exports, require, module, __filename, __dirname, ${mark}0import, ${mark}0meta, ${mark}0check) {`;
    if (map) this.stacks.add(file, [map]);
    try {
      const body = new Script(`${head}${code}\n})`, {
        filename: file,
        columnOffset: -head.length,
      }).runInThisContext();
      const loaders = this.loaders(file);
      module.running = 'begun';
      const { exports } = module.module;
      const result = body.call(
        exports,
        exports,
        loaders.require,
        module.module,
        file,
        dirname(file),
        loaders.import,
        this.meta(file),
        this.check,
      );
      if (isAsync) {
        module.running = (result as Promise<void>).then(() => {
          module.running = 'done';
        });
      } else module.running = 'done';
    } catch (error) {
      this.forget(module);
      throw error;
    }
  }

  /** Unless the file is being loaded anew already: one that was stopped may fail only then. */
  private forget(module: LocalModule): void {
    if (this.local.get(module.file) === module) this.local.delete(module.file);
  }

  private compile(file: string): LocalModule {
    const text = readFileSync(file, 'utf8');
    return {
      ...transpile(file, text, this.resolution.options),
      file,
      text,
      version: versionOf(file),
      dependencies: new Set(),
      module: { exports: {} },
    };
  }

  /** The file of the user's that an import means; undefined for packages. */
  private localFile(specifier: string, from: string): string | undefined {
    const file = this.resolution.resolve(specifier, from)?.resolvedFileName;
    if (!file || isLibrary(file)) return undefined;
    if (!DECLARATIONS.test(file)) return file;
    // A package may lie outside of node_modules, as ours does in its own repository.
    if (!/^[./]/.test(specifier) && !isAbsolute(specifier)) return undefined;
    const described = file.replace(DECLARATIONS, '.$1js');
    return existsSync(described) ? described : undefined;
  }

  private forgetChanged(): void {
    const stale = new Set<string>();
    for (const [file, module] of this.local) if (hasChanged(module)) stale.add(file);
    let size = -1;
    while (stale.size > size) {
      size = stale.size;
      for (const { file, dependencies } of this.local.values()) {
        if ([...dependencies].some((each) => stale.has(each))) stale.add(file);
      }
    }
    for (const file of stale) this.local.delete(file);
  }
}

function hasChanged(module: LocalModule): boolean {
  const version = versionOf(module.file);
  if (version === module.version) return false;
  module.version = version;
  return version === '' || readFileSync(module.file, 'utf8') !== module.text;
}

function versionOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs}:${stats.size}` : '';
}
