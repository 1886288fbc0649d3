// The job's keys about whom to tell, and about what.
import { z } from 'zod';

/** What can be told of; the first two are, where the job does not say. */
const NOTICES = ['failure', 'doubt', 'delivery', 'acknowledgement', 'retention'] as const;
export type NoticeEvent = (typeof NOTICES)[number];

const URL_RULE = 'it must be a URL that begins with https:// (http only to this machine)';

const url = z
  .string()
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname } = new URL(text);
    return (
      protocol === 'https:' ||
      (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
    );
  }, URL_RULE)
  .meta({ pattern: '^[Hh][Tt][Tt][Pp]([Ss]:|:)' });

export const notifySchema = z.strictObject({
  webhook: url.optional().describe('Gets a small signed JSON for each notice.'),
  on: z.array(z.enum(NOTICES)).default(['failure', 'doubt']).describe('What is told.'),
  heartbeat: url
    .optional()
    .describe('Called when all is well, by a watcher that raises the alarm when it is not.'),
  acknowledgeWithin: z
    .string()
    .regex(/^[1-9]\d{0,4}d$/, 'it must be days such as 7d')
    .default('7d')
    .describe('How long a manufacturer may take to acknowledge a delivery before it is told.'),
});

export type NotifyKeys = z.infer<typeof notifySchema>;
