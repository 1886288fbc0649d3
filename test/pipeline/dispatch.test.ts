// In which order steps take their turns.
import { expect, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import { localDispatch } from '../../src/pipeline/dispatch.ts';
import { stepName } from '../../src/pipeline/next.ts';
import type { PrintStep } from '../../src/pipeline/print.ts';
import type { Tools } from '../../src/pipeline/tools.ts';

test('what is printed is read before more is printed', async () => {
  // A plan without volumes: each step fails when its turn has come, which is what is looked at.
  const plan = { cards: { ordered: 0, overs: 0 } };
  const tools = { plan, log: silent } as unknown as Tools;
  const lanes = { asking: 1, threads: 0 };
  const { signal } = new AbortController();
  const dispatch = localDispatch(tools, lanes, { runPath: '', keyPath: '' }, signal);
  const turns: string[] = [];
  const steps: readonly PrintStep[] = [
    { do: 'render', volume: 2, attempt: 1 },
    { do: 'render', volume: 3, attempt: 1 },
    { do: 'render', volume: 4, attempt: 1 },
    { do: 'verify', volume: 1, attempt: 1 },
  ];
  const turn = (step: PrintStep) =>
    dispatch.perform(step).catch(() => void turns.push(`${step.do} ${stepName(step)}`));
  await Promise.all(steps.map(turn));
  await dispatch.close();
  expect(turns).toEqual(['render volume 2', 'verify volume 1', 'render volume 3', 'render volume 4']);
});
