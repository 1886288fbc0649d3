// Where the platform is: https, or this machine; and nothing secret in the address.
import { expect, test } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { platformUrl } from '../../src/issue/platform-url.ts';

function refusal(text: string): Failure {
  try {
    platformUrl(text);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`taken: ${platformUrl(text)}`);
}

test.each([
  ['https://api.dintero.com/v1', 'https://api.dintero.com/v1'],
  ['https://api.dintero.com/v1//', 'https://api.dintero.com/v1'],
  ['HTTPS://API.example:8443/v1', 'https://api.example:8443/v1'],
  ['https://api.example', 'https://api.example'],
  ['http://127.0.0.1:4010/v1', 'http://127.0.0.1:4010/v1'],
  ['http://localhost:4010/v1/', 'http://localhost:4010/v1'],
  ['http://[::1]:4010/v1', 'http://[::1]:4010/v1'],
])('%s is taken', (text, url) => {
  expect(platformUrl(text)).toBe(url);
});

test.each([
  ['', 'it must be a URL'],
  ['api.dintero.com/v1', 'it must be a URL'],
  ['http://api.dintero.com/v1', 'it must be https'],
  ['http://127.0.0.1.example.com/v1', 'it must be https'],
  ['http://localhost.example.com/v1', 'it must be https'],
  ['http://10.0.0.1/v1', 'it must be https'],
  ['ftp://127.0.0.1/v1', 'it must be https'],
  ['file:///etc/passwd', 'it must be https'],
  ['https://shop:hunter2@api.dintero.com/v1', 'neither user nor query'],
  ['https://shop@api.dintero.com/v1', 'neither user nor query'],
  ['https://api.dintero.com/v1?key=hunter2', 'neither user nor query'],
  ['https://api.dintero.com/v1#hunter2', 'neither user nor query'],
])('%j is refused: %s', (text, words) => {
  const failure = refusal(text);
  expect(failure).toMatchObject({ kind: 'input', exitCode: 2 });
  expect(failure.message).toContain('CARDPRESS_API_URL');
  expect(failure.message).toContain(words);
  expect(failure.message).not.toContain('hunter2');
});

test.each([
  'http://shop:hunter2@api.dintero.com/v1',
  'shop:hunter2@api.dintero.com/v1',
  'api.dintero.com:x/?secret=hunter2',
])('a password in an address that is refused for something else is not shown: %s', (text) => {
  expect(refusal(text).message).not.toContain('hunter2');
});

test.each(['https://api.dintero.com/v1?', 'https://api.dintero.com/v1#'])(
  'an empty query, which would swallow the paths of the calls, is refused: %s',
  (text) => {
    expect(refusal(text).message).toContain('neither user nor query');
  },
);
