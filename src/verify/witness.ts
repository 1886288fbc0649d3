// The platform's own picture of a symbol, as a witness: it must say what the answer says. It is never printed.
import { openPicture } from './picture.ts';
import { readWitness } from './second.ts';

/** What a picture was found to say; undefined where there is none. */
export type Testimony = { readonly says: string } | { readonly says: undefined; readonly why: string };

const PNG = /^data:image\/png;base64,/;

/** Reads a data URL; undefined where it is empty, as the platform's own sample answer has it. */
export async function testimonyOf(url: string): Promise<Testimony | undefined> {
  if (url === '') return undefined;
  const data = url.replace(PNG, '');
  const picture = data === url ? undefined : await openPicture(Buffer.from(data, 'base64'));
  if (picture === undefined) return { says: undefined, why: 'is no PNG' };
  const says = await readWitness(picture);
  return says === undefined ? { says, why: 'cannot be read' } : { says };
}
