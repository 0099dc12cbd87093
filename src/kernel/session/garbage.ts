import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How much garbage may lie about between two cells (bytes), where the heap is not large anyway. */
const SLACK = 48e6;

/**
 * What to call after each cell, for the compiler leaves a megabyte or so behind with every one. V8 would
 * let a heap grow to four times what is in use before it collects; its flag against that would slow
 * down the user's own programs, too.
 *
 * @returns what collects where the heap has grown by {@link SLACK}, and by half, since it was smallest.
 */
export function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = () => getHeapStatistics().used_heap_size;
  let least = used();
  return () => {
    least = Math.min(least, used());
    if (used() - least < Math.max(SLACK, least / 2)) return;
    collect();
    least = used();
  };
}
