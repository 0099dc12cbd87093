/** Where a data set's data come from: from files that were published, or from a generator. */
import { DownloadError } from './download.js';

/**
 * `'real'`: a local copy or a download, or an error; `'synthetic'`: the generated twin; `'auto'`:
 * real, or the twin where the real files cannot be downloaded.
 */
export type DataSource = 'auto' | 'real' | 'synthetic';

/** Where data came from. */
export interface DataOrigin {
  /** `'imdb'`, `'cifar10'`, `'cifar100'` or `'ptb'`, with `'-synthetic'` for the generated twin. */
  name: string;
  /** True for generated data: every table and chart then says so. */
  synthetic: boolean;
  /** True when the files read are byte for byte the published ones. */
  verified: boolean;
  /**
   * SHA-256 of the file read; of several, that of what `sha256sum` prints for them, training files
   * first; null for generated data.
   */
  sha256: string | null;
  /** The file read, or the folder of several; null for generated data. */
  path: string | null;
  /** One sentence on why generated data takes the place of real data that was looked for. */
  reason?: string;
}

/**
 * The real data, or the generated twin where that is asked for or has to stand in.
 *
 * @param twin - is told why it stands in.
 * @throws DownloadError when `'real'` data are not here and cannot be downloaded; what else `real`
 *   throws.
 */
export async function realOrTwin<T>(
  source: DataSource,
  real: () => Promise<T>,
  twin: (reason?: string) => T,
): Promise<T> {
  if (source === 'synthetic') return twin();
  try {
    return await real();
  } catch (error) {
    if (source === 'auto' && error instanceof DownloadError) return twin(error.message);
    throw error;
  }
}

/** The origin of a data set's generated twin. */
export const generated = (dataset: string, reason?: string): DataOrigin => ({
  name: `${dataset}-synthetic`,
  ...{ synthetic: true, verified: false, sha256: null, path: null },
  reason,
});
