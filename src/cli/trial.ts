import type { Command } from 'commander';

/** `lazyahead trial`: what engines start on other machines; its conversation is JSON lines. */
export function register(program: Command): void {
  program
    .command('trial', { hidden: true })
    .description('carry out one trial of a sweep, as standard input orders')
    .action(async () => {
      await import('../sweeps/trial-process.js');
    });
}
