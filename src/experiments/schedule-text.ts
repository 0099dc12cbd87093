import type { RateSchedule } from './experiment.js';

/**
 * A schedule as a hyperparameter's value, '×0.5 after epochs 4 and 5'; 'none' where the rate stays. Two
 * that can come to other rates are other texts.
 */
export function scheduleText(schedule: RateSchedule | undefined): string {
  if (schedule === undefined) return 'none';
  if ('milestones' in schedule) {
    const { milestones, gamma } = schedule;
    if (milestones.length === 0) return 'none';
    const list = new Intl.ListFormat('en-GB').format(milestones.map(String));
    return `×${gamma} after ${milestones.length === 1 ? 'epoch' : 'epochs'} ${list}`;
  }
  const { factor, patience } = schedule;
  return `×${factor} where the validation loss has not fallen for ${patience} epochs`;
}
