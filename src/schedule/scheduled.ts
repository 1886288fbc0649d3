// Whether a job can be run at its times: what schedule refuses, for all who say beforehand what will be refused.
import { badInput } from '../base/failure.ts';
import { isPerRun } from '../plan/ids.ts';
import type { Job } from '../plan/job.ts';
import type { Checked } from '../plan/yaml.ts';
import type { Scheduled } from './agenda.ts';

/** @throws Failure of kind `input` where the job is not due at any time, or the ids of its runs would repeat */
export function scheduledOf(job: Checked<Job>): { readonly name: string; readonly schedule: Scheduled } {
  const { name, schedule } = job.value;
  if (schedule?.cron === undefined)
    throw badInput(`job ${name} does not say when it is due`, {
      place: job.at('schedule'),
      hint: 'schedule: { cron: "0 2 * * 1", timezone: Europe/Oslo }',
    });
  // Every run would take the same ids, and the second would be refused at night.
  if (job.value.cards.first !== 'next' && !isPerRun(job.value.cards.id))
    throw badInput(`job ${name} begins each run at serial ${job.value.cards.first}: its ids would repeat`, {
      place: job.at('cards', 'first'),
      hint: 'first: next, or {run} in cards.id',
    });
  return { name, schedule: { ...schedule, cron: schedule.cron } };
}

export const isScheduled = ({ value }: Checked<Job>) => value.schedule?.cron !== undefined;
