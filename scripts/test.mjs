#!/usr/bin/env node
/**
 * `npm test`: set-up, then format and lint, types, and the tests, all of them whatever fails. What
 * comes after `--` goes to mocha. The last line is the totals, and nothing else.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './setup/folders.mjs';
import { setUp } from './setup.mjs';

const totals = { passed: 0, failed: 0, skipped: [] };
let complete = false;

process.on('exit', () => {
  // Set-up ends the process where it fails.
  if (!complete) totals.failed++;
  for (const { title, reason } of totals.skipped) {
    console.log(`skipped: ${title}${reason ? ` (${reason})` : ''}`);
  }
  const skipped = totals.skipped.length;
  // A line of its own, also after tests that died in the middle of their dots.
  console.log(
    `\n${totals.passed} passed, ${totals.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
});

const mochaOptions = await setUp(process.argv.slice(2));

check('format and lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '.');
check('types', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json');
tests();
complete = true;
process.exitCode = totals.failed > 0 ? 1 : 0;

/** One stage that passes or fails as a whole. */
function check(name, ...command) {
  if (node(name, ...command) === 0) totals.passed++;
  else totals.failed++;
}

function tests() {
  const folder = mkdtempSync(join(tmpdir(), 'lazyahead-test-'));
  try {
    const status = node('tests', 'scripts/test/mocha.mjs', folder, ...mochaOptions);
    const named = mochaOptions.some((option) => option.endsWith('.test.ts'));
    let failures = 0;
    for (const process of named ? [0] : [0, 1]) {
      const { passed, failed, skipped } = readTotals(join(folder, `totals-${process}.json`));
      totals.passed += passed;
      failures += failed;
      totals.skipped.push(...skipped);
    }
    // A crash after the last test.
    totals.failed += status !== 0 && failures === 0 ? 1 : failures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What one process counted; one that did not come to its end has failed. */
function readTotals(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    console.error(`The tests did not come to an end: ${error.message}`);
    return { passed: 0, failed: 1, skipped: [] };
  }
}

function node(name, ...args) {
  console.log(`\n— ${name}`);
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status;
}
