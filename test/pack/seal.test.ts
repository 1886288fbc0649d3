// Handoffs sealed to a manufacturer's key, opened by the programs that manufacturers use.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { generateKeyPair } from '../../src/base/vault.ts';
import { replaceCommand } from '../../src/cli/replace-command.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { call, have, makeAgeKey, openGpg, tryCall } from '../support/programs.ts';
import { failureOf, outcomeOf } from '../support/outcome.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const { sandbox, shop, close } = await openRehearsal();
const withGpg = have('gpg');
const gpg = withGpg ? openGpg() : undefined;
afterAll(async () => {
  gpg?.remove();
  await close();
});

const job = (name: string, seal: string, account = 'T00000001') => `
name: ${name}
account: ${account}
cards: { count: 9, overs: 1, id: "${name}-{serial}" }
template: classic
sheet: a4-8up
volume: { sheets: 1 }
handoff: { seal: ${seal} }
`;

interface Manifest {
  readonly volumes: readonly {
    readonly file: string;
    readonly sha256: string;
    readonly content: { readonly sha256: string };
  }[];
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const handoffOf = (run: string) => join(shop.output, run, 'handoff');
const manifestOf = (run: string) =>
  JSON.parse(readFileSync(join(handoffOf(run), 'manifest.json'), 'utf8')) as Manifest;

describe.skipIf(!withGpg)('OpenPGP', () => {
  const keyFile = (name: string) => join(shop.dir, 'keys', name);
  const makeKey = (name: string, lines?: readonly string[]) => {
    const fingerprint = gpg!.makeKey(name, lines);
    gpg!.exportPublic(fingerprint, keyFile(`${name}.asc`));
    return fingerprint;
  };

  for (const [kind, lines] of [
    ['cv25519', undefined],
    [
      'rsa3072',
      ['Key-Type: RSA', 'Key-Length: 3072', 'Key-Usage: sign', 'Subkey-Type: RSA', 'Subkey-Length: 3072'],
    ],
  ] as const) {
    test(`gpg opens what was sealed to a key of kind ${kind}, and a P account is run`, async () => {
      const fingerprint = makeKey(kind, lines);
      const pinned = `[{ key: keys/${kind}.asc, fingerprint: "${fingerprint.toLowerCase()}" }]`;
      await shop.run(job(`pgp-${kind}`, pinned, 'P00000001'), { run: `pgp-${kind}` });
      const files = readdirSync(join(handoffOf(`pgp-${kind}`), 'print'));
      expect(files).toEqual(['001', '002', '003'].map((n) => `pgp-${kind}_${n}of003.pdf.pgp`));
      for (const volume of manifestOf(`pgp-${kind}`).volumes) {
        const path = join(handoffOf(`pgp-${kind}`), volume.file);
        const sealed = readFileSync(path);
        expect(sha256(sealed)).toBe(volume.sha256);
        expect(sealed.includes('%PDF')).toBe(false);
        const opened = gpg!.run(['--decrypt', path]);
        expect(opened.subarray(0, 5).toString()).toBe('%PDF-');
        expect(sha256(opened)).toBe(volume.content.sha256);
      }
    });
  }

  test('a key that expires strands no run that was begun with it', async () => {
    const user = 'short@example.com';
    gpg!.run(['--passphrase', '', '--quick-generate-key', user, 'rsa2048', 'encr', '2d']);
    gpg!.exportPublic(user, keyFile('short.asc'));
    const text = job('short', '[keys/short.asc]', 'P00000001');
    const wrong = { DINTERO_CLIENT_SECRET: 'wrong' };
    await expect(shop.run(text, { run: 'short-1', env: wrong })).rejects.toThrow();
    const later = (more = {}) =>
      outcomeOf((print) =>
        runCommand(
          join(shop.dir, 'job.yaml'),
          { output: shop.output, run: 'short-1', ...more },
          shop.call(print, 5),
        ),
      );
    expect(await later()).toMatchObject({ code: 0 });
    const [volume] = manifestOf('short-1').volumes;
    const opened = gpg!.run(['--decrypt', join(handoffOf('short-1'), volume!.file)]);
    expect(sha256(opened)).toBe(volume!.content.sha256);
    // Done is done; another run is not begun with it.
    expect(await later()).toMatchObject({ code: 0 });
    expect(await later({ run: 'short-2', new: true })).toMatchObject({
      code: 2,
      out: expect.stringContaining('expired') as string,
    });
  });

  test('a key that has expired since seals no supplement: that is said before a card is voided', async () => {
    const user = 'brief@example.com';
    gpg!.run(['--passphrase', '', '--quick-generate-key', user, 'rsa2048', 'encr', '2d']);
    gpg!.exportPublic(user, keyFile('brief.asc'));
    await shop.run(job('brief', '[keys/brief.asc]', 'T00000001'), { run: 'brief-1' });
    const replace = (days: number) =>
      outcomeOf((print) =>
        replaceCommand(
          'brief-1',
          { cards: '1', reason: 'lost', output: shop.output },
          shop.call(print, days),
        ),
      );
    expect(await replace(5)).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^keys\/brief\.asc: .*expired[^]*--seal FILE/) as string,
    });
    expect(existsSync(join(shop.output, 'brief-1/books'))).toBe(false);
    expect(await replace(0)).toMatchObject({ code: 0 });
  });

  test('a key that was changed by a byte, or cannot be used, is refused before a card is asked for', async () => {
    const signOnly = makeKey('sign-only', ['Key-Type: EDDSA', 'Key-Curve: ed25519', 'Key-Usage: sign']);
    const weak = ['Key-Type: RSA', 'Key-Length: 1024', 'Subkey-Type: RSA', 'Subkey-Length: 1024'];
    makeKey('weak', weak);
    makeKey('dsa', ['Key-Type: DSA', 'Key-Length: 2048', 'Subkey-Type: ELG-E', 'Subkey-Length: 2048']);
    const gone = makeKey('revoked');
    const revocation = readFileSync(join(gpg!.home, 'openpgp-revocs.d', `${gone}.rev`), 'utf8');
    gpg!.run(['--import'], revocation.replace(':-----', '-----'));
    gpg!.exportPublic(gone, keyFile('revoked.asc'));
    const past = ['--faked-system-time', '20200101T000000'];
    gpg!.run([
      ...past,
      '--passphrase',
      '',
      '--quick-generate-key',
      'old@example.com',
      'rsa2048',
      'encr',
      '1y',
    ]);
    gpg!.exportPublic('old@example.com', keyFile('expired.asc'));
    const good = makeKey('good');
    writeFileSync(keyFile('private.asc'), gpg!.run(['--armor', '--export-secret-keys', good]));
    writeFileSync(keyFile('two.asc'), gpg!.run(['--armor', '--export', good, signOnly]));
    const damaged = readFileSync(keyFile('good.asc'), 'utf8').split('\n');
    damaged[3] = `${damaged[3]!.slice(0, 10)}${damaged[3]![10] === 'A' ? 'B' : 'A'}${damaged[3]!.slice(11)}`;
    writeFileSync(keyFile('damaged.asc'), damaged.join('\n'));

    const refusals: Record<string, RegExp> = {
      'sign-only': /signs only/,
      weak: /1024 bits/,
      dsa: /DSA/,
      revoked: /revoked/,
      expired: /expired on 2020-12-31/,
      private: /private key/,
      two: /2 keys/,
      damaged: /OpenPGP key|not valid|signs only/,
      nowhere: /no such file/,
    };
    for (const [name, reason] of Object.entries(refusals)) {
      const failure = await failureOf(shop.run(job('refused', `[keys/${name}.asc]`)));
      expect.soft(failure.message, name).toMatch(reason);
      expect.soft(failure.message, name).toMatch(/job\.yaml:8:\d+ /);
      expect.soft(failure.kind).toBe('input');
    }
    const other = 'f'.repeat(40);
    await expect(shop.run(job('refused', `[{ key: keys/good.asc, fingerprint: ${other} }]`))).rejects.toThrow(
      good,
    );
    const accounts = Object.values(sandbox.books().accounts).flatMap(({ cards }) => cards);
    expect(accounts.filter(({ card_id }) => card_id.startsWith('refused'))).toEqual([]);
  });
});

test.skipIf(!have('age'))('age opens what was sealed to age recipients, each by itself', async () => {
  const paths = ['a.txt', 'b.txt'].map((name) => join(shop.dir, name));
  const recipients = paths.map(makeAgeKey);
  await shop.run(job('aged', `[${recipients.join(', ')}]`), { run: 'aged' });
  for (const { file, content } of manifestOf('aged').volumes) {
    expect(file).toMatch(/^print\/aged_TEST_00\dof003\.pdf\.age$/);
    for (const path of paths)
      expect(sha256(call('age', ['-d', '-i', path, join(handoffOf('aged'), file)]))).toBe(content.sha256);
  }
  const stranger = join(shop.dir, 'c.txt');
  makeAgeKey(stranger);
  const file = join(handoffOf('aged'), manifestOf('aged').volumes[0]!.file);
  expect(tryCall('age', ['-d', '-i', stranger, file]).status).not.toBe(0);
  expect(call('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: handoffOf('aged') }).toString()).toBe('');
});

test('a P account never goes out unsealed, and no two kinds of key are mixed', async () => {
  await expect(shop.run(job('never', 'none', 'P00000001'))).rejects.toThrow('never hands off unsealed');
  const { recipient } = await generateKeyPair();
  await expect(shop.run(job('twice', `[${recipient}, ${recipient}]`))).rejects.toThrow('named twice');
  await expect(shop.run(job('bad', `[${recipient.slice(0, -1)}]`))).rejects.toThrow('age recipient');
});

test('a run goes on only with the keys that it was planned with, and counts what a manufacturer got', async () => {
  const { recipient } = await generateKeyPair();
  const other = await generateKeyPair();
  const stop = shop.run(job('kept', `[${recipient}]`), {
    run: 'kept-1',
    env: { DINTERO_CLIENT_SECRET: 'wrong' },
  });
  await expect(stop).rejects.toThrow();
  await expect(shop.run(job('kept', `[${other.recipient}]`), { run: 'kept-1' })).rejects.toThrow(
    'handoff.seal',
  );
  await shop.run(job('kept', `[${recipient}]`), { run: 'kept-1' });
  await shop.run(job('kept', `[${recipient}]`), { run: 'kept-2', new: true });
  const planOf = (run: string) =>
    JSON.parse(shop.read(`${run}/plan.json`)) as { handoff: { sequence: number } };
  expect([planOf('kept-1'), planOf('kept-2')].map(({ handoff }) => handoff.sequence)).toEqual([1, 2]);
});
