// The manufacturer's word, fetched from a real SSH server.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acknowledgeCommand } from '../../src/cli/acknowledge-command.ts';
import { tendCommand } from '../../src/cli/tend-command.ts';
import { outcomeOf } from '../support/outcome.ts';
import { openRehearsal } from '../support/rehearsal.ts';
import { sshdPresent, startSshd } from '../support/sshd.ts';

test.skipIf(!sshdPresent())(
  'an .ack beside .done is fetched over SFTP, and held against what was sent',
  async () => {
    const [{ shop, close }, sshd] = [await openRehearsal(), await startSshd()];
    const tend = () => outcomeOf((print) => tendCommand({ output: shop.output }, shop.call(print)));
    try {
      writeFileSync(join(shop.dir, 'keys/sftp'), readFileSync(sshd.key), { mode: 0o600 });
      const job = `
name: acked
account: T00000001
cards: { count: 2, id: "AK-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none }
deliver: [{ sftp: { host: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, key: keys/sftp, fingerprint: "${sshd.fingerprint}", path: ${sshd.inbox} } }]
`;
      await shop.run(job, { run: 'acked-1' });
      const there = (name: string) => join(sshd.inbox, 'acked-1_TEST', name);
      expect(await tend()).toEqual({ code: 0, out: 'nothing is due\n' });
      writeFileSync(there('.ack'), 'x'.repeat(5000));
      expect(await tend()).toMatchObject({
        code: 7,
        out: expect.stringMatching(/has more than 4096 bytes/) as string,
      });
      writeFileSync(there('.ack'), '0'.repeat(64));
      expect(await tend()).toMatchObject({
        code: 7,
        out: expect.stringMatching(/\.ack names the checksum 0000/) as string,
      });
      const sums = createHash('sha256')
        .update(readFileSync(there('SHA256SUMS')))
        .digest('hex');
      writeFileSync(there('.ack'), `${sums}\r\nreceived, Ola\r\n`);
      expect(await tend()).toMatchObject({
        code: 0,
        out: expect.stringMatching(
          /^acked-1: \S+@127\.0\.0\.1\S+ is acknowledged, by its own file\n$/,
        ) as string,
      });
      expect(await tend()).toEqual({ code: 0, out: 'nothing is due\n' });
      const [name = ''] = readdirSync(join(shop.output, 'acked-1/receipts')).filter((file) =>
        file.endsWith('.acknowledged.json'),
      );
      expect(JSON.parse(shop.read(`acked-1/receipts/${name}`))).toMatchObject({
        how: 'file',
        sums,
        said: `${sums} received, Ola`,
      });
      // What is noted stands, whatever the server says later.
      writeFileSync(there('.ack'), '0'.repeat(64));
      let out = '';
      await acknowledgeCommand(
        'acked-1',
        undefined,
        { output: shop.output },
        shop.call((text) => (out += text)),
      );
      expect(out).toMatch(/is acknowledged, by its own file/);
    } finally {
      await sshd.close();
      await close();
    }
  },
);
