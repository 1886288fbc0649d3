// What the platform's documents leave open, one switch each, so that either answer can be rehearsed.
import { z } from 'zod';

const TEN_YEARS = 315_360_000;
/** All printable ASCII punctuation. The documents only say "like `@#$%`". */
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Checks the switches and fills in the defaults: `behaviour.parse({})` is the sandbox as it comes. */
export const behaviour = z
  .strictObject({
    /** A batch with an existing card_id: refused whole with 409, with 400, or only the other cards are made. */
    existingId: z.enum(['refuse', 'refuse-400', 'skip']).default('refuse'),
    /** Whether the card_id of a deleted card may be created again. */
    reuseDeletedId: z.boolean().default(false),
    /** Whether rotate-pin and tokens work on a card that was not activated yet; else 409. */
    reissueInactive: z.boolean().default(true),
    /** Which cards may be deleted; else 409. */
    delete: z.enum(['always', 'inactive-only', 'never']).default('always'),
    /** A second tokens call with the same ref_id: the same value, 409, or a new value. */
    repeatedRef: z.enum(['same', 'refuse', 'new']).default('same'),
    /** What a card of a batch is called before it is activated. */
    newStatus: z.enum(['inactive', 'created']).default('inactive'),
    /** Leave amount, currency and balances out of a card that was not activated yet. */
    omitAmounts: z.boolean().default(false),
    /** Life of a batch's tokens, in seconds. */
    expiresIn: z.int().min(1).default(TEN_YEARS),
    /** Whether a batch's tokens serve for one purchase only, which is the documented default. */
    expiresAfterTransaction: z.boolean().default(false),
    /** Whether answers carry a Date header. */
    dateHeader: z.boolean().default(true),
    /** The characters that `symbols: true` stands for. */
    symbolSet: z.string().min(1).default(PUNCTUATION),
    /** Whether looking up a deleted card shows it; else 404. */
    lookUpShowsDeleted: z.boolean().default(false),
    /** Whether a card that is not deleted is shown with `deleted_at: null`; else without. */
    nullDeletedAt: z.boolean().default(false),
  })
  .readonly();

export type Behaviour = z.output<typeof behaviour>;
