// What the process was started with: variables, arguments' surroundings, the operator's key file.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { type Secret, secret } from '../base/secret.ts';
import type { SftpAccess } from '../deliver/target.ts';
import { platformUrl } from '../issue/platform-url.ts';
import type { Reader } from '../plan/inputs.ts';

/** Templates, sheets, fonts and profiles that come with the package. */
export const BUILT_IN = fileURLToPath(new URL('../../templates', import.meta.url));

export const reader: Reader = { disk: nodeDisk, builtIn: BUILT_IN };

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Credentials {
  readonly clientId: Secret;
  readonly clientSecret: Secret;
}

/** A variable that is set to nothing is not set. */
const set = (value: string | undefined) => (value === '' ? undefined : value);

export function keyPath(env: Environment): string {
  return set(env.CARDPRESS_KEY) ?? '.cardpress/key.txt';
}

export function outputPath(env: Environment, option?: string): string {
  return resolve(option ?? set(env.CARDPRESS_OUTPUT) ?? 'output');
}

export function apiUrl(env: Environment): string {
  return platformUrl(set(env.CARDPRESS_API_URL) ?? 'https://api.dintero.com/v1');
}

/** Milliseconds after which a platform that gave no answer has surely done what it will do. */
export function settleTime(env: Environment): number {
  const seconds = Number(set(env.CARDPRESS_SETTLE) ?? 10);
  if (!(seconds >= 0))
    throw badInput(`CARDPRESS_SETTLE is ${JSON.stringify(env.CARDPRESS_SETTLE)}: it must be seconds`);
  return seconds * 1000;
}

/** Worker threads that print; 0 prints in the main thread. */
export function threadCount(env: Environment): number {
  const threads = Number(set(env.CARDPRESS_THREADS) ?? availableParallelism());
  if (!Number.isInteger(threads) || threads < 0) {
    throw badInput(
      `CARDPRESS_THREADS is ${JSON.stringify(env.CARDPRESS_THREADS)}: it must be a whole number`,
    );
  }
  return threads;
}

/** Client id and secret from the environment or from the files it names; never from the command line. */
export async function credentials(env: Environment): Promise<Credentials> {
  return {
    clientId: await credential(env, 'DINTERO_CLIENT_ID'),
    clientSecret: await credential(env, 'DINTERO_CLIENT_SECRET'),
  };
}

/** What opens the key that signs; undefined where none is set. */
export function signPassphrase(env: Environment): Promise<Secret | undefined> {
  return optionalCredential(env, 'CARDPRESS_SIGN_PASSPHRASE');
}

/** What signs the notices to a webhook; undefined where none is set. */
export function notifySecret(env: Environment): Promise<Secret | undefined> {
  return optionalCredential(env, 'CARDPRESS_NOTIFY_SECRET');
}

export async function sftpAccess(env: Environment): Promise<SftpAccess> {
  return {
    password: await optionalCredential(env, 'CARDPRESS_SFTP_PASSWORD'),
    passphrase: await optionalCredential(env, 'CARDPRESS_SFTP_PASSPHRASE'),
  };
}

async function optionalCredential(env: Environment, name: string): Promise<Secret | undefined> {
  const isSet = (value: string | undefined) => value !== undefined && value !== '';
  return isSet(env[name]) || isSet(env[`${name}_FILE`]) ? credential(env, name) : undefined;
}

async function credential(env: Environment, name: string): Promise<Secret> {
  const direct = env[name];
  if (direct !== undefined && direct !== '') return secret(direct);
  const path = env[`${name}_FILE`];
  if (path === undefined || path === '') {
    throw badInput(`${name} is not set`, {
      hint: `set it, or ${name}_FILE to the name of a file that holds it`,
    });
  }
  const bytes = await nodeDisk.read(path);
  if (bytes === undefined) throw badInput(`${name}_FILE names ${path}: there is no such file`);
  const text = new TextDecoder().decode(bytes).trim();
  if (text === '') throw badInput(`${name}_FILE names ${path}: it is empty`);
  return secret(text);
}
