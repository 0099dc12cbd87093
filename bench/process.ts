/** A process of its own that answers questions: a line of JSON each way. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process that waits for the next question. */
export interface Answering {
  /** What it said of itself when it was ready. */
  ready: Record<string, unknown>;
  /** @throws Error with the process's last words when it ends instead of answering. */
  ask<Answer>(question: object): Promise<Answer>;
  /** Lets it end. @returns when it has ended. */
  end(): Promise<void>;
}

/**
 * Starts a process and waits for its first line.
 *
 * @param name - what messages call it, e.g. `PyTorch`.
 * @throws Error with the process's last words when it ends before.
 */
export async function startProcess(
  name: string,
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Answering> {
  const child = spawn(command, args, { env: { ...process.env, ...env } });
  // Writing to a process that has died: why it died is said where its answer is missed.
  child.stdin.on('error', () => {});
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints = (complaints + chunk).slice(-10_000);
  });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const words = complaints.trim().split('\n').at(-1);
      reject(new Error(`${name}'s process ended with ${signal ?? `code ${code}`}: ${words}`));
    });
  });
  ended.catch(() => {}); // ends so when it is told to, too
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await Promise.race([lines.next(), ended]);
    return JSON.parse(done ? await ended : value);
  };
  return {
    ready: await answer(),
    ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      return answer();
    },
    async end() {
      child.stdin.end();
      await ended.catch(() => {});
    },
  };
}
