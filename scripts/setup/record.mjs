import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './folders.mjs';

// In node_modules, so that a fresh npm ci, which takes away what is recorded here, takes it as well.
const FILE = join(PROJECT, 'node_modules', '.lazyahead.json');

/** What the steps have noted about what they did; `{}` at first. */
export function readRecord() {
  if (!existsSync(FILE)) return {};
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'));
  } catch {
    return {};
  }
}

/** Notes more; other notes stay. */
export function writeRecord(notes) {
  mkdirSync(join(PROJECT, 'node_modules'), { recursive: true });
  const fresh = `${FILE}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify({ ...readRecord(), ...notes }, null, 2)}\n`);
  renameSync(fresh, FILE);
}
