// Step -> stage. Each stage reads from the run folder and writes there once; doing it twice is harmless.
import { Failure } from '../base/failure.ts';
import { names } from '../base/run-folder.ts';
import { deliver } from '../deliver/deliver.ts';
import { writeComplete } from '../deliver/receipt.ts';
import { lookBatch, sweep, voidBatch } from '../issue/doubt.ts';
import { askBatch, readBatch } from '../issue/issue.ts';
import { reissueBatch } from '../issue/reissue.ts';
import { pack } from '../pack/pack.ts';
import { openSealer } from '../pack/recipients.ts';
import { slotPlaces } from '../render/imposition.ts';
import { sidesOf } from '../plan/template.ts';
import { zonesOf } from '../verify/places.ts';
import type { VolumeReport } from '../verify/report.ts';
import { accountsOf } from './accounts.ts';
import { LedgerReader } from './ledger.ts';
import { type Step, goodCards } from './next.ts';
import type { PrintStep } from './print.ts';
import type { Tools } from './tools.ts';

export async function perform(step: Exclude<Step, PrintStep>, tools: Tools): Promise<void> {
  switch (step.do) {
    case 'ask':
      if (step.wait > 0) {
        tools.log.emit({ event: 'waiting', what: 'too many requests', seconds: step.wait });
        await tools.sleep(step.wait * 1000);
      }
      await askBatch(step, tools);
      return;
    case 'read': {
      const record = await readBatch(step, tools);
      if (record.outcome === 'signed-out') tools.platform.signOut();
      return;
    }
    case 'look':
      await lookBatch(step, tools);
      return;
    case 'reissue':
      await reissueBatch(step, tools);
      return;
    case 'void':
      await voidBatch(step, tools);
      return;
    case 'sweep':
      await sweep(step, tools);
      return;
    case 'pack': {
      const ledger = await new LedgerReader(tools.folder, tools.plan).read();
      const { sheet, template } = tools.design;
      const slots = slotPlaces({
        sheet: sheet.value,
        press: tools.plan.press,
        sides: sidesOf(template.value),
      });
      const attempts = new Map([...ledger.volumes].map(([volume, done]) => [volume, Math.max(...done)]));
      const reports = new Map<number, VolumeReport>();
      for (const [volume, attempt] of [...attempts].sort(([a], [b]) => a - b))
        reports.set(volume, (await tools.folder.readJson(names.report(volume, attempt))) as VolumeReport);
      const layout = await tools.layout();
      const { signer, contacts } = tools;
      await pack(
        {
          good: goodCards(ledger),
          voided: accountsOf(tools.plan, ledger).voided,
          slots,
          attempts,
          reports,
          zones: zonesOf(layout),
          advice: layout.advice.map(({ message }) => message),
          columns: sheet.value.grid.columns,
          layout,
          sealer: await openSealer(tools.plan, tools.folder),
          signer,
          contacts,
          now: tools.now(),
        },
        tools,
      );
      return;
    }
    case 'deliver': {
      const target = tools.targets.find(({ name }) => name === step.target);
      if (target === undefined) throw new Failure('bug', `the job has no target ${step.target}`);
      await deliver(target, false, tools);
      return;
    }
    case 'complete':
      await writeComplete(tools.folder, step.targets, tools.now());
      return;
  }
}
