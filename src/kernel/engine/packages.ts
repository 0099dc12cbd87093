import { existsSync, readFileSync } from 'node:fs';
import Module, { createRequire, isBuiltin } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { esModule } from './interop.js';
import { OWN_FILE, OWN_PACKAGES } from './resolution.js';

/**
 * Loads installed packages: CommonJS where there is a build of it, so that a package is loaded once,
 * by cells as by the packages that use it; else as ES modules, which `require` must find loaded.
 */
export class Packages {
  private readonly esModules = new Map<string, object>();

  /** @param given - what some names mean whatever is installed. */
  constructor(private readonly given: Record<string, unknown>) {}

  /** Whether `require` would not do, or not yet. */
  mustBeAwaited(specifier: string, from: string): boolean {
    return this.isEsOnly(specifier, from) && !this.esModules.has(keyOf(specifier, from));
  }

  /** Loads an ES module for {@link require}. */
  async load(specifier: string, from: string): Promise<void> {
    const namespace = await importer(from)(specifier);
    this.esModules.set(keyOf(specifier, from), esModule(namespace));
  }

  require(specifier: string, from: string): unknown {
    if (Object.hasOwn(this.given, specifier)) return this.given[specifier];
    const esModule = this.esModules.get(keyOf(specifier, from));
    return esModule ?? requireFor(specifier, from)(specifier);
  }

  private isEsOnly(specifier: string, from: string): boolean {
    if (isBuiltin(specifier) || Object.hasOwn(this.given, specifier)) return false;
    try {
      return isEsFile(requireFor(specifier, from).resolve(specifier));
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
    }
  }
}

/** `require` for a specifier in a file; our own packages are found from anywhere. */
function requireFor(specifier: string, from: string): NodeJS.Require {
  const require = createRequire(from);
  if (!OWN_PACKAGES.test(specifier)) return require;
  try {
    require.resolve(specifier);
    return require;
  } catch {
    return createRequire(OWN_FILE);
  }
}

function keyOf(specifier: string, from: string): string {
  return `${dirname(from)}\n${specifier}`;
}

/** `import()` as Node does it for a CommonJS module of that path. */
function importer(from: string): (specifier: string) => Promise<object> {
  const module = new Module(from) as CompilableModule;
  module.filename = from;
  module._compile('module.exports = (specifier) => import(specifier);', from);
  return module.exports;
}

/** Node's own way to run a CommonJS module's text; without it, `import()` is not at hand. */
type CompilableModule = Module & { _compile(code: string, file: string): void };

function isEsFile(file: string): boolean {
  const extension = extname(file);
  if (extension !== '.js') return extension === '.mjs';
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
    if (folder === dirname(folder)) return false;
  }
}
