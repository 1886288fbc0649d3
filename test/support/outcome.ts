// What work in this process came to: a command as somebody at a terminal sees it, or the failure alone.
import { Failure, asFailure } from '../../src/base/failure.ts';

export interface Outcome {
  readonly code: number;
  /** What was printed, and what it failed with. */
  readonly out: string;
}

/** @param work the command; what it prints goes to `print`, and a number that it returns is its exit code */
export async function outcomeOf(work: (print: (text: string) => void) => Promise<unknown>): Promise<Outcome> {
  let out = '';
  try {
    const code = await work((text) => (out += text));
    return { code: typeof code === 'number' ? code : 0, out };
  } catch (error) {
    const failure = asFailure(error);
    return { code: failure.exitCode, out: out + failure.message };
  }
}

/** What it fails with; throws where it does not fail, or fails with what is none of our own. */
export async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<Failure> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
