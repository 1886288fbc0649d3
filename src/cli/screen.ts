// What people see while a run is made: bars where stderr is a terminal, else a plain line now and then.
import { MultiBar, type SingleBar } from 'cli-progress';
import type { Event, Log } from '../base/log.ts';
import type { Ledger } from '../pipeline/ledger.ts';
import { progressOf } from '../pipeline/progress.ts';
import type { Plan } from '../plan/plan.ts';

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

export function openScreen(terminal: Terminal, plan: Plan): Screen {
  return terminal.bars === undefined ? plainScreen(terminal, plan) : barScreen(terminal.bars, plan);
}

function plainScreen(terminal: Terminal, plan: Plan): Screen {
  let last = performance.now();
  return {
    emit(event) {
      const line = notable(event);
      if (line !== undefined) terminal.err(`${plan.run}: ${line}\n`);
    },
    onLedger(ledger) {
      if (performance.now() - last < SECONDS_BETWEEN_LINES * 1000) return;
      last = performance.now();
      const { cards, volumes } = progressOf(plan, ledger);
      terminal.err(
        `${plan.run}: ${cards.good} of ${cards.of} cards, ${volumes.rendered} of ${volumes.of} volumes\n`,
      );
    },
    close: () => undefined,
  };
}

function barScreen(stream: NodeJS.WriteStream, plan: Plan): Screen {
  const bars = new MultiBar({
    stream,
    format: '  {stage} {bar} {value} of {total}',
    barCompleteChar: '━',
    barIncompleteChar: '─',
    barsize: 32,
    hideCursor: true,
    clearOnComplete: true,
  });
  let cardBar: SingleBar | undefined;
  let volumeBar: SingleBar | undefined;
  let readBar: SingleBar | undefined;
  return {
    emit(event) {
      const line = notable(event);
      if (line !== undefined) bars.log(`${line}\n`);
    },
    onLedger(ledger) {
      const { cards, volumes, read } = progressOf(plan, ledger);
      cardBar ??= bars.create(cards.of, 0, { stage: 'cards  ' });
      volumeBar ??= bars.create(volumes.of, 0, { stage: 'volumes' });
      readBar ??= bars.create(volumes.of, 0, { stage: 'read   ' });
      cardBar.update(cards.good);
      volumeBar.update(volumes.rendered);
      readBar.update(read);
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
