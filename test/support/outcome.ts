// What a command of this process came to, as somebody at a terminal sees it.
import { asFailure } from '../../src/base/failure.ts';

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
