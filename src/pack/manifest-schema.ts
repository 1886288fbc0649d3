// The shape of manifest.json, published as a JSON Schema (`cardpress schema manifest`).
import { z } from 'zod';
import { STEPS } from '../plan/template.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const file = z.object({
  /** Relative to the handoff folder. */
  file: z.string().min(1),
  sha256: sha256.describe('of the file as it lies here, sealed where the handoff is'),
  bytes: count,
});
const serials = z.object({ first: count, last: count });
const content = z.object({ sha256, bytes: count }).describe('what is inside, before any sealing');

const manifestSchema = z
  .object({
    format: z.literal('cardpress-manifest/1'),
    run: z.string().min(1),
    job: z.string().min(1),
    account: z.string().regex(/^[TP]\d{8}$/),
    test: z.boolean(),
    created: z.iso.datetime(),
    sequence: z.int().min(1).describe('counts the runs that went to this manufacturer'),
    supplement: z
      .object({
        of: z.string().min(1).describe('the run that was ordered'),
        kind: z.enum(['reprint', 'reissue', 'replace']),
        serials: z.array(serials).describe('the cards that it makes up for'),
        supersedes: z
          .object({ recipients: z.array(z.string()) })
          .nullable()
          .describe('whom it goes to in place of, if it goes to others'),
      })
      .optional(),
    sealed: z.object({
      kind: z.enum(['none', 'openpgp', 'age']),
      to: z.array(z.string()).describe('fingerprints of OpenPGP keys, or age recipients'),
    }),
    template: z.object({ name: z.string(), sha256 }),
    sheet: z.object({ name: z.string(), sha256 }),
    press: z.looseObject({ dpi: z.number(), profile: z.string(), sha256 }),
    counts: z.object({
      ordered: count,
      overs: count,
      made: count,
      voided: count,
      volumes: count,
      sheets: count,
    }),
    serials: z.object({ ...serials.shape, gaps: z.array(serials) }),
    slots: z.array(
      z.object({
        slot: z.int().min(1),
        side: z.enum(['front', 'back']),
        x: z.number().describe('mm from the page’s top left to the card’s trim'),
        y: z.number(),
        width: z.number(),
        height: z.number(),
        rotation: z.union([z.literal(0), z.literal(180)]),
      }),
    ),
    symbols: z.array(
      z.object({
        side: z.enum(['front', 'back']),
        data: z.string().describe('what the symbol holds'),
        x: z.number().describe('mm from the card’s trim; quiet zones included'),
        y: z.number(),
        width: z.number(),
        height: z.number(),
        turn: z
          .union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)])
          .describe('degrees clockwise on the card'),
        dots: z.int().min(1).describe('press dots a module'),
        less: count.describe('press dots by which bars are drawn narrower'),
        typed: z.boolean().describe('whether type on the same side says what the symbol holds'),
      }),
    ),
    volumes: z.array(
      z.object({
        ...file.shape,
        content: z.object({ ...content.shape, pages: count }),
        sheets: count,
        overs: z.boolean(),
        serials,
      }),
    ),
    steps: z.array(
      z.object({
        step: z.enum(STEPS).describe('a process beside printing, one page for the run'),
        side: z.enum(['front', 'back']),
        ...file.shape,
        content,
      }),
    ),
    data: z.array(
      z.object({
        ...file.shape,
        content,
        records: count,
        match: z.enum(['card_id', 'serial']).describe('the field that joins a record to its card'),
      }),
    ),
    verified: z.looseObject({ symbols: count, decoded: count, engines: z.array(z.string()) }),
  })
  .meta({ title: 'cardpress manifest', id: 'cardpress-manifest-1' });

export type Manifest = z.infer<typeof manifestSchema>;

/** The JSON Schema, draft 2020-12. Later versions may add keys, so none is forbidden. */
export function manifestJsonSchema(): object {
  return z.toJSONSchema(manifestSchema, { target: 'draft-2020-12', io: 'input' });
}
