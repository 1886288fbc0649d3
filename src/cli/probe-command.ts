// cardpress probe: finds out on a test account what the platform's documents leave open, and writes it down.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolders, nodeDisk } from '../base/disk.ts';
import { badInput } from '../base/failure.ts';
import { RunFolder } from '../base/run-folder.ts';
import { Platform } from '../issue/platform.ts';
import { probe, probePage } from '../issue/probe.ts';
import { readJob } from '../plan/read-job.ts';
import { isTest } from '../plan/job.ts';
import type { Call } from './call.ts';
import { apiUrl, credentials, outputPath, reader } from './environment.ts';

export async function probeCommand(
  jobPath: string,
  options: { readonly output?: string },
  { terminal, env }: Call,
): Promise<void> {
  const job = await readJob(reader, jobPath);
  if (!isTest(job.value)) {
    throw badInput(`account is ${job.value.account}: a probe makes and deletes cards, on T accounts only`, {
      place: job.at('account'),
    });
  }
  const { account, batch } = job.value;
  const origin = apiUrl(env);
  const platform = new Platform({
    url: origin,
    account,
    ...(await credentials(env)),
    concurrency: 1,
    perSecond: batch.perSecond,
    timeout: 60_000,
    now: () => new Date(),
    sleep: (milliseconds) => sleep(milliseconds),
  });
  try {
    const report = await probe(platform, { account, origin, now: new Date() });
    const path = join(outputPath(env, options.output), '.probe');
    await makeFolders(nodeDisk, path);
    const folder = new RunFolder(nodeDisk, path);
    await folder.replace(`${account}.json`, `${JSON.stringify(report, null, 2)}\n`);
    await folder.replace(`${account}.md`, probePage(report));
    terminal.out(probePage(report));
  } finally {
    await platform.close();
  }
}
