// What people see while a run is made: bars where stderr is a terminal, else a plain line per stage each half minute.
import { MultiBar, type SingleBar } from 'cli-progress';
import type { Event, Log } from '../base/log.ts';
import type { Ledger } from '../pipeline/ledger.ts';
import type { Plan } from '../plan/plan.ts';
import { Pace, type StagePace, paceText, stageCounts } from '../watch/pace.ts';

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** stderr, where it is a terminal that bars can be drawn on. */
  readonly bars: NodeJS.WriteStream | undefined;
}

export interface Screen extends Log {
  readonly onLedger: (ledger: Ledger) => void;
  readonly close: () => void;
}

const SECONDS_BETWEEN_LINES = 30;

/** @param targets how many the job has */
export function openScreen(terminal: Terminal, plan: Plan, targets: number): Screen {
  return terminal.bars === undefined
    ? plainScreen(terminal, plan, targets)
    : barScreen(terminal.bars, plan, targets);
}

/** A line per stage each half minute: for the stages that are under way, and once for one that has ended. */
function plainScreen(terminal: Terminal, plan: Plan, targets: number): Screen {
  const pace = new Pace();
  const ended = new Set<string>();
  let stages: readonly StagePace[] = [];
  const timer = setInterval(() => {
    const waiting = stages.findIndex(({ done, of }) => done < of);
    for (const [index, stage] of stages.entries()) {
      const { done, of } = stage;
      if (ended.has(stage.stage) || (done === 0 && index !== waiting)) continue;
      if (done >= of) ended.add(stage.stage);
      const about = paceText(stage);
      const count = `${stage.stage.padEnd(9)}  ${done} of ${of}`;
      terminal.err(`${plan.run}: ${about === '' ? count : `${count}, ${about}`}\n`);
    }
  }, SECONDS_BETWEEN_LINES * 1000);
  timer.unref();
  return {
    emit(event) {
      const line = notable(event);
      if (line !== undefined) terminal.err(`${plan.run}: ${line}\n`);
    },
    onLedger(ledger) {
      const isFirst = stages.length === 0;
      stages = stageCounts(plan, ledger, targets).map((count) => pace.note(count, performance.now()));
      // What an earlier call had done is no news.
      if (isFirst) for (const { stage, done, of } of stages) if (done >= of) ended.add(stage);
    },
    close: () => {
      clearInterval(timer);
    },
  };
}

function barScreen(stream: NodeJS.WriteStream, plan: Plan, targets: number): Screen {
  const bars = new MultiBar({
    stream,
    format: '  {stage} {bar} {value} of {total}  {pace}',
    barCompleteChar: '━',
    barIncompleteChar: '─',
    barsize: 32,
    hideCursor: true,
    clearOnComplete: true,
  });
  const pace = new Pace();
  const shown = new Map<string, SingleBar>();
  return {
    emit(event) {
      const line = notable(event);
      if (line !== undefined) bars.log(`${line}\n`);
    },
    onLedger(ledger) {
      for (const count of stageCounts(plan, ledger, targets)) {
        const payload = {
          stage: count.stage.padEnd(9),
          pace: paceText(pace.note(count, performance.now())),
        };
        let bar = shown.get(count.stage);
        if (bar === undefined) shown.set(count.stage, (bar = bars.create(count.of, 0, payload)));
        bar.update(count.done, payload);
      }
    },
    close: () => bars.stop(),
  };
}

/** The events that a person should see as they happen; the rest is in the run's journal. */
function notable(event: Event): string | undefined {
  switch (event.event) {
    case 'run.continued':
      return 'continued';
    case 'waiting':
      return `${event.what}: waiting ${event.seconds} s`;
    case 'volume.read':
      return event.faults === 0
        ? undefined
        : `volume ${event.volume}, attempt ${event.attempt}: ${event.decoded} of ${event.symbols} symbols read back as they should`;
    case 'batch.read':
      return event.note === '' ? undefined : `batch ${event.batch}, attempt ${event.attempt}: ${event.note}`;
    default:
      return undefined;
  }
}
