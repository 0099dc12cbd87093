/** The API pages, by `npm run docs`: one module an entry point of package.json. */
import { OptionDefaults } from 'typedoc';

/** @type {import('typedoc').TypeDocOptions} */
export default {
  name: 'lazyahead',
  entryPoints: ['index', 'kit', 'layers/index', 'notebook/index', 'spec/index'].map(
    (file) => `src/${file}.ts`,
  ),
  tsconfig: 'tsconfig.build.json',
  out: 'docs/api',
  readme: 'none',
  githubPages: false,
  hideGenerator: true,
  disableGit: true,
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  excludeProtected: true,
  excludeInternal: true,
  // tf.js's own, for the Closure compiler.
  modifierTags: [...OptionDefaults.modifierTags, '@nocollapse'],
  excludeTags: [...OptionDefaults.excludeTags, '@nocollapse'],
  // Properties whose names say it all need no comment.
  requiredToBeDocumented: [
    ...['Class', 'Interface', 'TypeAlias', 'Enum', 'EnumMember', 'Variable', 'Function'],
    ...['Method', 'GetSignature'],
  ],
  intentionallyNotExported: ['src/notebook/progress-group.ts:Row'],
  validation: { invalidLink: true, notDocumented: true, notExported: true },
  treatWarningsAsErrors: true,
};
