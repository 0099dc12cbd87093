/** Looking through folders, however deep. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folders at a path and below it that are sought, by their names; within those nothing is looked for.
 * Links are followed, but not to where they lead round in a circle, nor those that lead nowhere.
 *
 * @param above - the real paths of the folders that the path stands in.
 */
export function findFolders(
  path: string,
  isSought: (folder: string) => boolean,
  above: string[] = [],
): string[] {
  const real = realFolder(path);
  if (real === null || above.includes(real)) return [];
  if (isSought(path)) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => findFolders(join(path, name), isSought, [...above, real]));
}

/** A folder's path without links; null for a file, and for a link that leads nowhere. */
function realFolder(path: string): string | null {
  try {
    return statSync(path).isDirectory() ? realpathSync(path) : null;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) return null;
    throw error;
  }
}
