// The address of the platform's API, as people give it.
import { badInput } from '../base/failure.ts';

/** The API's base from the environment's text; plain http only to this machine. */
export function platformUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw badInput('CARDPRESS_API_URL is no address: it must be a URL such as https://api.dintero.com/v1');
  }
  // Before anything is quoted: a password may stand in the text.
  if (url.username !== '' || url.password !== '' || /[?#]/.test(text)) {
    throw badInput(
      'CARDPRESS_API_URL must hold neither user nor query: credentials come from DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET',
    );
  }
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw badInput(
      `CARDPRESS_API_URL is ${url.protocol}//${url.host}: it must be https; plain http only goes to this machine`,
    );
  }
  return url.href.replace(/\/+$/, '');
}
