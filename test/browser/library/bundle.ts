import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import ts from 'typescript';

/** The folders of what is said to run in browsers. */
const FOLDERS = ['embedding', 'layers', 'optimizers'];

/** The repository. */
export const ROOT = join(__dirname, '..', '..', '..');

/** An entry of the library as one small file for browsers, tf.js left out. */
export function bundleLibrary(entry: 'index.ts' | 'layers/index.ts') {
  return bundle({ entryPoints: [`src/${entry}`], format: 'esm', external: ['@tensorflow/*'] });
}

/** What the library's files import that is not their own. @throws Error for a module of Node's. */
export async function importsOfLibrary(): Promise<Set<string>> {
  const { metafile } = await bundle({
    entryPoints: FOLDERS.map((folder) => `src/${folder}/**/*.ts`),
    outdir: 'out',
    external: ['@tensorflow/*'],
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  return new Set(imports.map(({ path }) => path));
}

/** What the tests' page runs, tf.js included. Its exports are members of the global `library`. */
export function bundlePage() {
  return bundle({
    entryPoints: ['test/browser/library/page.ts'],
    format: 'iife',
    globalName: 'library',
  });
}

function bundle(options: BuildOptions) {
  return build({
    ...options,
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'browser',
    minify: true,
    logLevel: 'silent',
    metafile: true,
    write: false,
  });
}

/** What the compiler finds wrong with the library where only browsers' global names are known. */
export function errorsWithoutNode(): string[] {
  const files = FOLDERS.flatMap((name) => ts.sys.readDirectory(join(ROOT, 'src', name), ['.ts']));
  const program = ts.createProgram(files, {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  const errors = [...program.getGlobalDiagnostics(), ...program.getSemanticDiagnostics()];
  return errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
