import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from '@typescript/typescript6';

/** Our own modules: cells find them by name wherever the notebook lies. */
export const OWN_PACKAGES = /^(?:lazyahead|tslab)(?:\/|$)/;

/** A file that counts as within our package, for what the notebook's folder does not have. */
export const OWN_FILE = join(__dirname, 'own.ts');

/** Finds the files that imports mean, for the checker and at run time alike. */
export class Resolution {
  /** Also what TypeScript asks for the package.json files it has read. */
  readonly cache: ts.ModuleResolutionCache;
  private readonly found = new Map<string, ts.ResolvedModuleFull>();

  constructor(
    cwd: string,
    readonly options: ts.CompilerOptions,
    private readonly host: ts.ModuleResolutionHost,
  ) {
    this.cache = ts.createModuleResolutionCache(cwd, (path) => path, options);
  }

  /** The file of types or source that an import in `file` means. */
  resolve(
    specifier: string,
    file: string,
    mode?: ts.ResolutionMode,
  ): ts.ResolvedModuleFull | undefined {
    const key = `${mode ?? ''}\n${file.slice(0, file.lastIndexOf('/'))}\n${specifier}`;
    const known = this.found.get(key);
    if (known && this.host.fileExists(known.resolvedFileName)) return known;
    const found = this.lookUp(specifier, file, mode);
    if (found) this.found.set(key, found);
    return found;
  }

  /** Types that are named instead of imported, such as those of Node. */
  resolveTypes(
    name: string,
    file: string,
    mode?: ts.ResolutionMode,
  ): ts.ResolvedTypeReferenceDirective | undefined {
    const from = (file: string) =>
      ts.resolveTypeReferenceDirective(
        name,
        file,
        this.options,
        this.host,
        undefined,
        undefined,
        mode,
      ).resolvedTypeReferenceDirective;
    return from(file) ?? from(OWN_FILE);
  }

  private lookUp(
    specifier: string,
    file: string,
    mode: ts.ResolutionMode | undefined,
  ): ts.ResolvedModuleFull | undefined {
    const from = (file: string) =>
      ts.resolveModuleName(specifier, file, this.options, this.host, this.cache, undefined, mode)
        .resolvedModule;
    const found = from(file);
    if (found) return found;
    if (OWN_PACKAGES.test(specifier)) return from(OWN_FILE);
    if (file.includes('/node_modules/') || isBuiltin(specifier)) return undefined;
    // What was not there a cell ago may have been installed or written since.
    this.cache.clear();
    return from(file);
  }
}
