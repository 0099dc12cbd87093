import { dirname, parse } from 'node:path';
import ts from '@typescript/typescript6';

/** What our way of running cells needs, whatever a tsconfig.json says. */
const FORCED: ts.CompilerOptions = {
  // Node 20 runs the syntax of ES2024; decorators and `using` are lowered to it.
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  esModuleInterop: true,
  allowSyntheticDefaultImports: true,
  allowJs: true,
  moduleDetection: ts.ModuleDetectionKind.Auto,
  skipLibCheck: true,
  sourceMap: true,
  noEmitOnError: false,
  preserveConstEnums: true,
  newLine: ts.NewLineKind.LineFeed,
  // A cell is a part of a program: what it leaves unused, the next one uses.
  noUnusedLocals: false,
  noUnusedParameters: false,
  // Cells are compiled with full knowledge of types.
  isolatedModules: false,
  verbatimModuleSyntax: false,
  erasableSyntaxOnly: false,
  isolatedDeclarations: false,
  allowUnreachableCode: true,
};

/** Options about files that are written, which none are. */
const DROPPED = [
  'noEmit',
  'emitDeclarationOnly',
  'declaration',
  'declarationMap',
  'declarationDir',
  'composite',
  'incremental',
  'tsBuildInfoFile',
  'inlineSourceMap',
  'inlineSources',
  'sourceRoot',
  'mapRoot',
  'rootDir',
  'outFile',
  'removeComments',
  'noEmitHelpers',
  'importHelpers',
  'noLib',
  'noResolve',
];

/** Compiler options of the cells of a folder: its nearest tsconfig.json's, else strict ones. */
export function compilerOptions(cwd: string): ts.CompilerOptions {
  const config = ts.findConfigFile(cwd, ts.sys.fileExists);
  const own = config ? readConfig(config) : {};
  for (const name of DROPPED) delete own[name];
  return {
    strict: true,
    lib: ['lib.es2023.d.ts'],
    ...own,
    ...FORCED,
    types: [...new Set([...(own.types ?? []), 'node'])],
    customConditions: [...(own.customConditions ?? []), 'node'],
    // Nothing is written; without a folder of their own, outputs would overwrite .js inputs.
    outDir: '/__cells__',
    rootDir: parse(cwd).root,
  };
}

function readConfig(path: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  if (!config) return {};
  // Its files are no part of the program, and listing them takes time.
  const bare = { ...config, files: [], include: [], references: [] };
  return ts.parseJsonConfigFileContent(bare, ts.sys, dirname(path), {}, path).options;
}
