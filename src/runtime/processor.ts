/** The vector instructions with which TensorFlow computes here. */
import { readFileSync } from 'node:fs';
import { arch, platform } from 'node:os';

/** Sets of x86 processors, the narrowest first: the flags of /proc/cpuinfo, oneDNN's name. */
const SETS: { name: string; flags: string[]; oneDnn: string }[] = [
  { name: 'SSE4.1', flags: ['sse4_1'], oneDnn: 'SSE41' },
  { name: 'AVX', flags: ['avx'], oneDnn: 'AVX' },
  { name: 'AVX2', flags: ['avx2', 'fma'], oneDnn: 'AVX2' },
  {
    name: 'AVX-512',
    flags: ['avx512f', 'avx512bw', 'avx512vl', 'avx512dq'],
    oneDnn: 'AVX512',
  },
];

/**
 * The widest set of vector instructions that oneDNN, TensorFlow's library for products and
 * convolutions, may use: 'AVX2', 'AVX-512'. Each set adds in an order of its own, so that the last
 * bits of a run depend on it; the processor's name does not tell it ('AMD EPYC' has either).
 *
 * @param flags - of the processor; default: those of this one
 * @param limit - the widest set that oneDNN may use; default: `ONEDNN_MAX_CPU_ISA`, which it obeys
 * @returns null where it cannot be told: on other systems than Linux, other processors than x86
 */
export function vectorInstructions(
  flags: readonly string[] = processorFlags(),
  limit = process.env.ONEDNN_MAX_CPU_ISA ?? '',
): string | null {
  const known = SETS.findLastIndex((set) => set.flags.every((flag) => flags.includes(flag)));
  // 'AVX512_CORE_AMX' is AVX-512 still, 'AVX2_VNNI' AVX2; 'ALL' and 'DEFAULT' are no limit.
  const allowed = SETS.findLastIndex(({ oneDnn }) => limit.toUpperCase().startsWith(oneDnn));
  return SETS[allowed < 0 ? known : Math.min(known, allowed)]?.name ?? null;
}

function processorFlags(): string[] {
  if (platform() !== 'linux' || arch() !== 'x64') return [];
  try {
    const [, flags = ''] = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
    return flags.trim().split(' ');
  } catch {
    return [];
  }
}
