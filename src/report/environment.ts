/** What runs were made on, in words. */

/** A name and its value, both for people. */
export type Fact = [name: string, value: string];

/** Names of what `describeEnvironment` gives, in the order in which they are shown. */
const NAMES: Record<string, string> = {
  cpu: 'Processor',
  instructions: 'Vector instructions',
  cores: 'Cores',
  memory: 'Memory',
  platform: 'System',
  'backend.name': 'Backend',
  'backend.native.version': 'TensorFlow',
  'backend.native.source': 'Native library',
  'backend.native.kernels': 'Custom kernels',
  'backend.threads': 'Threads per run',
  node: 'Node.js',
  lazyahead: 'lazyahead',
  commit: 'Commit',
  tfjs: 'tf.js',
};

/** What is shown with another, or says nothing to a reader. */
const SILENT = ['time', 'arch', 'modified', 'backend.reason'];

const BACKENDS: Record<string, string> = {
  tensorflow: 'native TensorFlow',
  wasm: 'WebAssembly',
  cpu: 'plain JavaScript',
};

const SOURCES: Record<string, string> = {
  official: 'tfjs-node’s own download',
  wheel: 'built here against the tensorflow-cpu wheel',
  gpu: '@tensorflow/tfjs-node-gpu',
};

/**
 * The facts of several runs' environments, the values in which they differ beside one another. What
 * not all of them record is not said of all: `AVX-512 (8 of 15 runs)`.
 */
export function sharedFacts(environments: Record<string, unknown>[]): Fact[] {
  const values = new Map<string, string[]>();
  for (const [name, value] of environments.flatMap(environmentFacts)) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  const labels = Object.values(NAMES);
  const place = (name: string) => (labels.includes(name) ? labels.indexOf(name) : labels.length);
  const total = environments.length;
  return [...values]
    .toSorted(([a], [b]) => place(a) - place(b))
    .map(([name, each]): Fact => {
      const text = [...new Set(each)].join('; ');
      return [name, each.length < total ? `${text} (${each.length} of ${total} runs)` : text];
    });
}

/**
 * Facts with labels and units. What has no label here is shown under its path, so that nothing that
 * was recorded is hidden.
 */
export function environmentFacts(environment: Record<string, unknown>): Fact[] {
  const values = flatten(environment);
  const known = Object.keys(NAMES).flatMap((path): Fact[] => {
    const value = path === 'tfjs' ? tfjs(values) : values.get(path);
    const text = value === undefined ? undefined : format(path, value, values);
    return text === undefined ? [] : [[NAMES[path], text]];
  });
  const others = [...values].filter(
    ([path]) => !(path in NAMES) && !path.startsWith('tfjs.') && !SILENT.includes(path),
  );
  return [...known, ...others.map(([path, value]): Fact => [path, plain(value)])];
}

function format(path: string, value: unknown, all: Map<string, unknown>): string | undefined {
  switch (path) {
    case 'memory':
      return `${(Number(value) / 1e9).toFixed(1)} GB`;
    case 'platform':
      return [value, all.get('arch')].filter(Boolean).join(', ');
    case 'backend.name':
      return BACKENDS[String(value)] ?? String(value);
    case 'backend.native.source':
      return SOURCES[String(value)];
    case 'commit':
      return `${String(value).slice(0, 12)}${all.get('modified') ? ', with changes' : ''}`;
    default:
      return plain(value);
  }
}

/** '4.22.0', or what differs from it. */
function tfjs(values: Map<string, unknown>): string | undefined {
  const versions = [...values].filter(([path]) => path.startsWith('tfjs.'));
  if (versions.length === 0) return undefined;
  const distinct = [...new Set(versions.map(([, version]) => version))];
  if (distinct.length === 1) return String(distinct[0]);
  return versions.map(([path, version]) => `${path.slice('tfjs.'.length)} ${version}`).join(', ');
}

function plain(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.map(String).join(', ') : String(value);
}

/** Values by path, `backend.native.source`; without those that are missing. */
function flatten(value: Record<string, unknown>, prefix = ''): Map<string, unknown> {
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    if (item === null || item === undefined) return [];
    return typeof item === 'object' && !Array.isArray(item)
      ? [...flatten(item as Record<string, unknown>, `${prefix}${key}.`)]
      : [[prefix + key, item]];
  });
  return new Map(entries);
}
