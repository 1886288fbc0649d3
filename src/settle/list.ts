// LIST on the command line: serials, ranges, boxes, and what the books call a set of cards.
import { badInput } from '../base/failure.ts';

export type ListPart =
  | { readonly kind: 'serials'; readonly first: number; readonly last: number }
  | { readonly kind: 'box'; readonly box: number }
  | { readonly kind: 'state'; readonly state: (typeof STATES)[number] };

/** Sets that the books know. */
const STATES = ['spoiled', 'missing', 'unused'] as const;

/** `17,20-25,box:3,missing` */
export function parseList(text: string): readonly ListPart[] {
  return text.split(',').map((part) => {
    const [, first = '', last = first] = /^\s*(\d{1,15})(?:-(\d{1,15}))?\s*$/.exec(part) ?? [];
    if (first !== '') {
      if (Number(last) < Number(first))
        throw badInput(`--cards: ${part.trim()} counts down: the lower serial comes first`);
      return { kind: 'serials', first: Number(first), last: Number(last) };
    }
    const [, box = ''] = /^\s*box:(\d{1,9})\s*$/.exec(part) ?? [];
    if (box !== '') return { kind: 'box', box: Number(box) };
    const state = STATES.find((one) => one === part.trim());
    if (state !== undefined) return { kind: 'state', state };
    throw badInput(`--cards: ${JSON.stringify(part.trim())} is no serial, range or box`, {
      hint: `for example 17,20-25,box:3; or ${STATES.join(', ')}`,
    });
  });
}
