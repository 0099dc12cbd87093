import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PROTOCOL_VERSION } from './wire/message.js';

/** The reply to `kernel_info_request`. */
export function kernelInfo() {
  const ours = require(join(__dirname, '..', '..', 'package.json'));
  // The package's own file, to spare reading the compiler for a number.
  const compiler = createRequire(require.resolve('@typescript/typescript6'));
  const { version } = compiler('@typescript/old/package.json');
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'lazyahead',
    implementation_version: ours.version,
    banner: `lazyahead ${ours.version}: TypeScript ${version} on Node ${process.versions.node}`,
    language_info: {
      name: 'typescript',
      version,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      nbconvert_exporter: 'script',
      // JupyterLab looks at the mode, the classic notebook at name and flag.
      codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
    },
    debugger: false,
    supported_features: [],
    help_links: [
      { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' },
      { text: 'TensorFlow.js', url: 'https://js.tensorflow.org/api/latest/' },
    ],
  };
}
