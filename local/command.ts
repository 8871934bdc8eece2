import { ConfigError } from '#chassis/config.ts';
import { startFailure } from '#chassis/termination.ts';

/** Runs a command-line program: what a person can mend is one sentence on standard error and exit code 1, a defect its stack. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const expected = error instanceof ConfigError || (error as NodeJS.ErrnoException).code !== undefined;
    console.error(expected || !(error instanceof Error) ? startFailure(error) : error.stack);
    process.exitCode = 1;
  }
}
