// A slip in the platform's address: a run that asked for nothing there keeps nobody from the right one.
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { statusCommand } from '../../src/cli/status-command.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { rehearse } from '../support/rehearsal.ts';

const JOB = `
name: slip
account: T00000001
cards: { count: 2, id: "SL-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
`;

test('a run that no card was asked for is given up for one at the platform that is meant', async () => {
  const wrong = await startSandbox({
    faults: { rules: [{ operation: 'auth', fault: 'status', status: 403 }] },
  });
  const right = await startSandbox();
  const shop = await rehearse(right.origin);
  const runs = () => readdirSync(shop.output).filter((name) => name.startsWith('slip-'));
  try {
    const slip = { env: { CARDPRESS_API_URL: wrong.origin } };
    await expect(shop.run(JOB, slip)).rejects.toThrow(/gives no access/);
    const [first = ''] = runs();
    // By its name it is meant.
    await expect(shop.run(JOB, { run: first })).rejects.toThrow(/was begun against/);
    await shop.run(JOB);
    expect(runs()).toHaveLength(2);
    expect(JSON.parse(shop.read(`${first}/abandoned.json`))).toMatchObject({
      changed: ['CARDPRESS_API_URL'],
    });
    let printed = '';
    await statusCommand(
      undefined,
      { output: shop.output },
      shop.call((text) => (printed += text)),
    );
    expect(printed).toMatch(/given up: it made no card, [^\n]*\n.* complete\n$/);
    // Its serials are free.
    expect(shop.read(`${first}-2/handoff/manifest.csv`)).toContain('SL-000001');
    expect(wrong.books().operations.batch.calls).toBe(0);
  } finally {
    shop.remove();
    await wrong.close();
    await right.close();
  }
});
