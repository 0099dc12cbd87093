/** What a step says when it cannot be done: what stood in the way, and what to do about it. */
export class StepFailure extends Error {
  constructor(cause, remedy) {
    super(cause);
    this.remedy = remedy;
  }
}

/**
 * Runs, in order, the steps that are not done yet. Each is `{ name, isDone(), run(say) }`; `say`
 * prints a line of the step's own. A step that fails ends it: what was done stays done, so that the
 * next time begins there.
 *
 * @returns how many were run.
 * @throws StepFailure that names the step as well.
 */
export async function runSteps(steps, print = console.log) {
  let count = 0;
  for (const step of steps) {
    if (await step.isDone()) continue;
    count++;
    print(`Set-up: ${step.name} …`);
    const start = performance.now();
    try {
      await step.run((line) => print(`  ${line}`));
    } catch (error) {
      // A folder that cannot be written to, a full disk: Node's sentence names the path.
      if (!(error instanceof StepFailure || error.syscall)) throw error;
      const remedy = error.remedy ?? 'Put that right, then run it again.';
      throw new StepFailure(
        `Set-up stopped at "${step.name}": ${error.message}`,
        `${remedy} What is done so far is kept, and the next run goes on from there.`,
      );
    }
    print(`  done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  return count;
}
