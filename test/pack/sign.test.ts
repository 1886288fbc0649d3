// Signatures that other programs check, and a handoff held against its own sums.
import { chmodSync, copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { generateKey } from 'openpgp';
import { afterAll, describe, expect, test } from 'vitest';
import { nodeDisk } from '../../src/base/disk.ts';
import { silent } from '../../src/base/log.ts';
import { proveCommand } from '../../src/cli/prove-command.ts';
import { verifyCommand } from '../../src/cli/verify-command.ts';
import { checkHandoff } from '../../src/pack/check-handoff.ts';
import { manifestJsonSchema } from '../../src/pack/manifest-schema.ts';
import { outcomeOf } from '../support/outcome.ts';
import { call, have, openGpg, tryCall } from '../support/programs.ts';
import { openRehearsal } from '../support/rehearsal.ts';

const { sandbox, shop, close } = await openRehearsal();
afterAll(close);

const job = (name: string, handoff: string) => `
name: ${name}
account: T00000001
cards: { count: 3, id: "${name}-{serial}" }
template: classic
sheet: one-up
handoff: { seal: none, ${handoff} }
`;
const handoffOf = (run: string) => join(shop.output, run, 'handoff');
const keyPath = (name: string) => join(shop.dir, 'keys', name);
const check = (path: string) => checkHandoff(nodeDisk, path);
const verify = (path: string) =>
  outcomeOf((print) => verifyCommand(path, { output: shop.output }, shop.call(print)));

test('minisign checks our signature, made with a plain key and with a locked one', async () => {
  if (!have('minisign')) return;
  const password = 'a passphrase of ours\n';
  call('minisign', ['-G', '-W', '-p', keyPath('plain.pub'), '-s', keyPath('plain.key')]);
  call('minisign', ['-G', '-p', keyPath('locked.pub'), '-s', keyPath('locked.key')], {
    input: password.repeat(2),
  });
  for (const name of ['plain', 'locked']) {
    chmodSync(keyPath(`${name}.key`), 0o600);
    const env: Record<string, string> =
      name === 'locked' ? { CARDPRESS_SIGN_PASSPHRASE: password.trim() } : {};
    await shop.run(job(name, `sign: keys/${name}.key`), { run: name, env });
    for (const signed of ['SHA256SUMS', 'manifest.json']) {
      call('minisign', ['-V', '-p', keyPath(`${name}.pub`), '-m', signed], { cwd: handoffOf(name) });
      call('minisign', ['-V', '-p', 'signing-key.pub', '-m', signed], { cwd: handoffOf(name) });
    }
    const { wrong, signedBy = '' } = await check(handoffOf(name));
    expect([wrong, readFileSync(keyPath(`${name}.pub`), 'utf8')]).toEqual([
      [],
      expect.stringContaining(signedBy),
    ]);
  }
  await expect(shop.run(job('shut', 'sign: keys/locked.key'))).rejects.toThrow('locked with a passphrase');
  const wrong = { CARDPRESS_SIGN_PASSPHRASE: 'another' };
  await expect(shop.run(job('shut', 'sign: keys/locked.key'), { env: wrong })).rejects.toThrow(
    'does not open this key',
  );
  const other = join(shop.dir, 'other');
  cpSync(handoffOf('plain'), other, { recursive: true });
  copyFileSync(keyPath('locked.pub'), join(other, 'signing-key.pub'));
  expect((await check(other)).wrong.join()).toContain('was not made with the key');
  writeFileSync(join(other, 'signing-key.pub'), 'no key');
  expect((await check(other)).wrong.join()).toContain('beside it, which is damaged');
}, 400_000);

describe.skipIf(!have('gpg'))('OpenPGP', () => {
  test('gpg checks our signature with what lies in the handoff', async () => {
    const ours = openGpg();
    const theirs = openGpg();
    try {
      const fingerprint = ours.makeKey('shop', ['Key-Type: EDDSA', 'Key-Curve: ed25519', 'Key-Usage: sign']);
      writeFileSync(keyPath('shop.asc'), ours.run(['--armor', '--export-secret-keys', fingerprint]), {
        mode: 0o600,
      });
      await shop.run(job('gpg', 'sign: keys/shop.asc'), { run: 'gpg' });
      const at = (name: string) => join(handoffOf('gpg'), name);
      theirs.run(['--import', at('signing-key.asc')]);
      const { status, stderr } = theirs.tryRun(['--verify', at('SHA256SUMS.asc'), at('SHA256SUMS')]);
      expect([status, stderr.toString()]).toEqual([0, expect.stringContaining('Good signature')]);
      theirs.run(['--verify', at('manifest.json.asc'), at('manifest.json')]);
      expect(shop.read('gpg/handoff/README.txt').replaceAll(' ', '')).toContain(fingerprint);
      call('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: handoffOf('gpg') });

      const changed = join(shop.dir, 'changed');
      const withChange = async (change: () => void) => {
        rmSync(changed, { recursive: true, force: true });
        cpSync(handoffOf('gpg'), changed, { recursive: true });
        change();
        const { wrong } = await check(changed);
        const { code, out } = await verify(changed);
        expect([code, out]).toEqual([
          wrong.length === 0 ? 0 : 7,
          expect.stringContaining(wrong.join('\n\n')),
        ]);
        return wrong.join();
      };
      expect(await withChange(() => undefined)).toBe('');
      const { out } = await verify(changed);
      expect(out.replaceAll(' ', '')).toContain(`signedbythekeybesideit,${fingerprint}\n`);
      expect(await withChange(() => writeFileSync(join(changed, 'print/extra.pdf'), 'x'))).toContain(
        'not in',
      );
      expect(await withChange(() => rmSync(join(changed, 'ticket.pdf')))).toContain('is missing');
      expect(await withChange(() => rmSync(join(changed, '.done')))).toContain('not finished');
      expect(await withChange(() => writeFileSync(join(changed, 'return.csv'), 'x'))).toContain('return.csv');
      const forged = await withChange(() => {
        rmSync(join(changed, 'return.csv'));
        const sums = readFileSync(join(changed, 'SHA256SUMS'), 'utf8');
        writeFileSync(join(changed, 'SHA256SUMS'), sums.replace(/.*return\.csv\n/, ''));
      });
      expect(forged).toContain('SHA256SUMS.asc was not made');
      const unsigned = await withChange(() => {
        for (const name of ['SHA256SUMS.asc', 'manifest.json.asc']) rmSync(join(changed, name));
      });
      expect(unsigned).toContain('SHA256SUMS.asc is missing');
      expect(await withChange(() => rmSync(join(changed, 'manifest.json.asc')))).toBe(
        'manifest.json.asc is missing: signing-key.asc is there, so manifest.json was signed',
      );
    } finally {
      ours.remove();
      theirs.remove();
    }
  });

  test('keys that nobody could check with, or that are open to others, are refused', async () => {
    const made = await generateKey({ type: 'curve25519', userIDs: [{ name: 'new' }], format: 'armored' });
    writeFileSync(keyPath('new.asc'), made.privateKey, { mode: 0o600 });
    writeFileSync(keyPath('public.asc'), made.publicKey, { mode: 0o600 });
    copyFileSync(keyPath('new.asc'), keyPath('open.asc'));
    chmodSync(keyPath('open.asc'), 0o644);
    for (const [name, reason] of [
      ['new', 'GnuPG 2.2'],
      ['public', 'public key'],
      ['open', 'read by others'],
    ] as const)
      await expect(shop.run(job('no', `sign: keys/${name}.asc`))).rejects.toThrow(reason);
  });
});

test('the manifest is of the published schema', async () => {
  await shop.run(job('schema', 'data: tsv'), { run: 'schema' });
  const validate = new Ajv2020({ strict: true, formats: { 'date-time': true } }).compile(
    manifestJsonSchema(),
  );
  const manifest = JSON.parse(shop.read('schema/handoff/manifest.json')) as Record<string, unknown>;
  validate(manifest);
  expect(validate.errors).toBeNull();
  expect(validate({ ...manifest, counts: undefined })).toBe(false);
  expect(validate({ ...manifest, sequence: 0 })).toBe(false);
});

test('a commitment is opened for one card, and checks a card in hand', async () => {
  await shop.run(job('proved', 'data: none'), { run: 'proved' });
  const said: string[] = [];
  const terminal = { out: (text: string) => void said.push(text), err: () => undefined, bars: undefined };
  const env = { CARDPRESS_KEY: join(shop.dir, 'keys/key.txt') };
  const around = { terminal, env, log: silent, stopping: new AbortController().signal };
  const prove = (flags: object, input = '') =>
    proveCommand('proved', { output: shop.output, ...flags }, around, () => Promise.resolve(input));
  await prove({ card: '2' });
  const cards = Object.values(sandbox.books().accounts).flatMap((account) => account.cards);
  const card = cards.find(({ card_id }) => card_id === 'proved-000002')!;
  const [token, pin] = [card.tokens[0]!.value, card.pins[0]!.value];
  expect(said.join()).not.toContain(token);
  await prove({ card: '2', check: true }, `${token}\n${pin}\n`);
  expect(said.at(-1)).toContain('was printed with this token and PIN');
  await expect(prove({ card: '2', check: true }, `${token}\n000000\n`)).rejects.toMatchObject({
    exitCode: 7,
  });
  await expect(prove({ card: '9' })).rejects.toThrow('no card with serial 9');
  // As the text says, with a program that is not ours.
  const [, salt = ''] = /salt +([0-9a-f]+)/.exec(said[0]!) ?? [];
  const field = (text: string) =>
    `${text.length.toString(16).padStart(8, '0')}${Buffer.from(text).toString('hex')}`;
  const input = Buffer.from(salt + ['proved-000002', token, pin].map(field).join(''), 'hex');
  writeFileSync(join(shop.dir, 'preimage'), input);
  const sum = tryCall('sha256sum', [join(shop.dir, 'preimage')])
    .stdout.toString()
    .slice(0, 64);
  expect(said[0]).toContain(sum);
});
