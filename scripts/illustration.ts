// The pictures of docs/template.md are drawn from the page's own snippets: a picture, and under it a piece of a
// template, which is a list of parts or some of the template's keys.
import { readFileSync } from 'node:fs';
import { Document, parse } from 'yaml';
import { secret } from '../src/base/secret.ts';
import type { Card } from '../src/issue/card.ts';
import { type Template, filesOf } from '../src/plan/template.ts';

export interface Illustration {
  /** `rect`, of template/rect.png. */
  readonly picture: string;
  readonly snippet: string;
  readonly card: Card;
  /** Shown with its bleed. */
  readonly bleed: boolean;
}

const CARD: Card = {
  serial: 42,
  cardId: 'GIFT-000042',
  token: secret('0123456789012345'),
  pin: secret('012345'),
};

export function illustrationsOf(page: string): readonly Illustration[] {
  return [...page.matchAll(/!\[[^\]]*\]\(template\/([a-z-]+)\.png\)\n\n```yaml\n([^`]*)```/g)].map(
    ([, picture = '', snippet = '']) => ({ picture, snippet, card: CARD, bleed: picture === 'bleed' }),
  );
}

/** What the page's snippets take for granted: a small card, some inks, three fonts. */
const FRAME = {
  name: 'piece',
  card: { width: 70, height: 34, corner: 2.5 },
  inks: {
    pine: { cmyk: [92, 40, 70, 45] },
    moss: { cmyk: [45, 5, 35, 0] },
    coral: { cmyk: [0, 70, 62, 0] },
    gold: { cmyk: [18, 32, 72, 8], spot: 'PANTONE 871 C' },
  },
  fonts: {
    regular: 'fonts/Inter-Regular.ttf',
    semibold: 'fonts/Inter-SemiBold.ttf',
    mono: 'fonts/JetBrainsMono-Medium.ttf',
  },
  front: [{ part: 'stripe' }],
};

/** Where the files lie that snippets name. */
const FILES: Readonly<Record<string, string>> = {
  'logo.svg': 'classic/logo.svg',
  'tiles.svg': 'voucher/tiles.svg',
  'satin.jpg': 'fashion/satin.jpg',
};

/** A whole template around a snippet, and the files that it names. */
export function frameOf(root: string, { snippet }: Illustration) {
  const said: unknown = parse(snippet);
  const keys = Array.isArray(said) ? { front: said as unknown[] } : (said as Record<string, unknown>);
  const { inks, card, ...more } = keys as { inks?: object; card?: object };
  const whole = {
    ...FRAME,
    ...more,
    inks: { ...FRAME.inks, ...inks },
    card: { ...FRAME.card, ...card },
  };
  const files = (template: Template) =>
    new Map(
      filesOf(template).map(
        (file) => [file, readFileSync(`${root}/templates/${FILES[file] ?? file}`)] as const,
      ),
    );
  return { yaml: String(new Document(whole)), files };
}
