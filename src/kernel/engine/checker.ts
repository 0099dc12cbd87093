import ts from '@typescript/typescript6';
import type { Cells } from './cells.js';
import { compilerOptions } from './options.js';
import { Resolution } from './resolution.js';

interface DiskFile {
  version: string;
  snapshot: ts.IScriptSnapshot;
}

/** TypeScript's view of a notebook: one program of its cells and of all they import. */
export class Checker {
  readonly service: ts.LanguageService;
  readonly resolution: Resolution;
  private readonly files = new Map<string, DiskFile>();
  /** Files of packages whose comments have been asked for. */
  private readonly documented = new Set<string>();
  private readonly parsed = new Map<string, { version: string; file: ts.SourceFile }>();

  constructor(
    cwd: string,
    private readonly cells: Cells,
  ) {
    const options = compilerOptions(cwd);
    const disk: ts.ModuleResolutionHost = { ...ts.sys, realpath: ts.sys.realpath };
    this.resolution = new Resolution(cwd, options, disk);
    this.service = ts.createLanguageService(this.host(cwd, options), this.registry());
  }

  program(): ts.Program {
    return this.service.getProgram()!;
  }

  /** Reads local files again that have changed on disk. */
  refresh(): void {
    for (const [file, { version }] of this.files) {
      if (!isLibrary(file) && versionOf(file) !== version) this.files.delete(file);
    }
  }

  /**
   * Reads the comments of packages' files, which are left out at first: a large part of the time that
   * reading them takes.
   */
  document(files: string[]): void {
    for (const file of files) {
      if (!isLibrary(file) || this.documented.has(file)) continue;
      this.documented.add(file);
      this.files.delete(file);
    }
  }

  /** The user's own source files that a cell imports, directly or not. */
  localImports(program: ts.Program, cell: ts.SourceFile): ts.SourceFile[] {
    const found = new Set<ts.SourceFile>();
    const visit = (file: ts.SourceFile): void => {
      for (const { text } of importsOf(file)) {
        if (this.cells.resolve(text)) continue;
        const name = this.resolution.resolve(text, file.fileName)?.resolvedFileName;
        const target = name && !isLibrary(name) ? program.getSourceFile(name) : undefined;
        if (!target || target.isDeclarationFile || found.has(target)) continue;
        found.add(target);
        visit(target);
      }
    };
    visit(cell);
    return [...found];
  }

  private host(cwd: string, options: ts.CompilerOptions): ts.LanguageServiceHost {
    const { cells, resolution } = this;
    return {
      ...ts.sys,
      realpath: ts.sys.realpath,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      getCompilationSettings: () => options,
      getCurrentDirectory: () => cwd,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      getScriptFileNames: () => cells.files(),
      getScriptVersion: (file) => String(cells.versionOf(file) ?? this.read(file)?.version),
      getScriptSnapshot: (file) => cells.snapshotOf(file) ?? this.read(file)?.snapshot,
      fileExists: (file) => cells.versionOf(file) !== undefined || ts.sys.fileExists(file),
      readFile: (file) => {
        const text = cells.snapshotOf(file);
        return text ? text.getText(0, text.getLength()) : ts.sys.readFile(file);
      },
      // Without it TypeScript looks for the package.json of every file in every program.
      ...{ getModuleResolutionCache: () => resolution.cache },
      resolveModuleNameLiterals: (literals, file, _redirected, options, source) =>
        literals.map((literal) => {
          const cell = cells.resolve(literal.text);
          if (cell) {
            return { resolvedModule: { resolvedFileName: cell, extension: ts.Extension.Ts } };
          }
          const mode = ts.getModeForUsageLocation(source, literal, options);
          return { resolvedModule: resolution.resolve(literal.text, file, mode) };
        }),
      resolveTypeReferenceDirectiveReferences: (names, file, _redirected, _options, source) =>
        names.map((reference) => {
          const name = typeof reference === 'string' ? reference : reference.fileName;
          const mode = typeof reference === 'string' ? undefined : reference.resolutionMode;
          return {
            resolvedTypeReferenceDirective: resolution.resolveTypes(
              name,
              file,
              mode ?? source?.impliedNodeFormat,
            ),
          };
        }),
    };
  }

  private read(file: string): DiskFile | undefined {
    const known = this.files.get(file);
    if (known) return known;
    const text = ts.sys.readFile(file);
    if (text === undefined) return undefined;
    const version = isLibrary(file) ? String(this.documented.has(file)) : versionOf(file);
    const read = { version, snapshot: ts.ScriptSnapshot.fromString(text) };
    this.files.set(file, read);
    return read;
  }

  /** Where the language service keeps parsed files: here, once, for as long as the kernel runs. */
  private registry(): ts.DocumentRegistry {
    const acquire: ts.DocumentRegistry['acquireDocumentWithKey'] = (
      fileName,
      path,
      _settings,
      _key,
      snapshot,
      version,
      kind,
      target,
    ) => {
      const known = this.parsed.get(path);
      if (known?.version === version) return known.file;
      const file = ts.createLanguageServiceSourceFile(
        fileName,
        snapshot,
        {
          ...(target as ts.CreateSourceFileOptions),
          jsDocParsingMode:
            isLibrary(fileName) && !this.documented.has(fileName)
              ? ts.JSDocParsingMode.ParseForTypeInfo
              : ts.JSDocParsingMode.ParseAll,
        },
        version,
        true,
        kind,
      );
      this.parsed.set(path, { version, file });
      return file;
    };
    const unused = (): never => {
      throw new Error('Not used by the language service.');
    };
    return {
      acquireDocumentWithKey: acquire,
      updateDocumentWithKey: acquire,
      acquireDocument: unused,
      updateDocument: unused,
      getKeyForCompilationSettings: () => '' as ts.DocumentRegistryBucketKey,
      releaseDocument: () => {},
      releaseDocumentWithKey: () => {},
      reportStats: () => '',
    };
  }
}

/** Whether a file is of a package: those do not change under a running kernel. */
export function isLibrary(file: string): boolean {
  return file.includes('/node_modules/');
}

/** TypeScript collects them for itself. */
function importsOf(file: ts.SourceFile): ts.StringLiteralLike[] {
  return (file as unknown as { imports: ts.StringLiteralLike[] }).imports;
}

function versionOf(file: string): string {
  const time = ts.sys.getModifiedTime?.(file)?.getTime();
  return `${time}:${ts.sys.getFileSize?.(file)}`;
}
