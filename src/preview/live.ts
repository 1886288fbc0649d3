// A design that is drawn anew whenever one of its files is saved. What can be drawn replaces what was drawn
// before; what cannot is told beside the last good drawing.
import { setTimeout as wait } from 'node:timers/promises';
import { type Complaint, Failure, asFailure } from '../base/failure.ts';
import type { Reader } from '../plan/inputs.ts';
import { complaintsOf } from '../render/finding.ts';
import { describe } from './describe.ts';
import { type Drawing, openDrawing } from './drawing.ts';
import { outlookFor } from './outlook.ts';
import { seenDisk } from './seen-disk.ts';
import { type Specimen, openSpecimen } from './specimen.ts';
import type { LiveComplaint, LiveState } from './state.ts';
import { type Named, readSubject } from './subject.ts';
import { watchFiles } from './watch.ts';

export interface LiveOptions {
  readonly reader: Reader;
  readonly named: Named;
  readonly sheet: string | undefined;
  /** Specimens alone: a live page never shows a record. */
  readonly shown: 'specimen' | 'worst';
}

export interface Live {
  state(): LiveState;
  /** The drawing that the state tells of. */
  drawing(): Drawing | undefined;
  /** Calls on each new state, until the returned function is called. */
  subscribe(listener: () => void): () => void;
  close(): Promise<void>;
}

/** A save in pieces is one save; milliseconds. */
const COALESCE = 8;
/**
 * A large file is saved in several writes, and a watcher tells of the first and then keeps quiet for a while: the
 * files are looked at once more; milliseconds.
 */
const LATER = 80;
/** What is predicted is worked out when the pictures have been looked for; milliseconds. */
const AFTER_PICTURES = 250;

/** @throws Failure where there is no template to show at all */
export async function openLive({ reader, named, sheet, shown }: LiveOptions): Promise<Live> {
  const files = seenDisk(reader.disk);
  const seeing: Reader = { ...reader, disk: files.disk };
  const listeners = new Set<() => void>();
  // Names of pictures are this process's own: a page that outlives a restart asks for none of another's.
  const names = Date.now().toString(36);
  let count = 0;
  let state: LiveState = { complaints: [] };
  let drawing: Drawing | undefined;
  /** What the drawing is of, and what is being measured of it. */
  let drawn: Specimen | undefined;
  let measured: Specimen | undefined;
  let templateFile: string | undefined;
  let busy = false;
  let noticed: number | undefined;
  let closed = false;
  let later: NodeJS.Timeout | undefined;
  let failure: Failure | undefined;
  let followed: readonly string[] = [];

  const publish = (next: LiveState) => {
    state = next;
    for (const listener of listeners) listener();
  };
  const source = (file: string | undefined): Pick<LiveState, 'source'> => {
    const bytes = file === undefined ? undefined : files.lastOf(file);
    if (file === undefined || bytes === undefined) return {};
    return { source: { file, text: new TextDecoder().decode(bytes) } };
  };
  const fail = (failed: Failure) => {
    failure = failed;
    const { complaints } = failed;
    publish({
      ...state,
      complaints: complaints.map(liveComplaint),
      ...source(templateFile ?? complaints.find(({ place }) => place !== undefined)?.place?.file),
    });
  };

  /** Draws the files as they are, where anything in them is new and can be drawn. */
  const redraw = async (since: number): Promise<void> => {
    files.begin();
    try {
      const subject = await readSubject(seeing, named, sheet);
      if (!files.changed()) return;
      const read = now();
      templateFile = subject.design.template.file;
      const specimen = await openSpecimen(subject, shown);
      const { draft, findings } = specimen;
      const prepared = now();
      if (draft === undefined) {
        fail(new Failure('input', complaintsOf(findings, 'fail')));
        return;
      }
      const next = await openDrawing(draft, specimen);
      const before = drawing;
      drawing = next;
      drawn = specimen;
      count += 1;
      publish({
        drawing: describe(draft, specimen, `${names}.${count}`),
        complaints: [],
        ...source(templateFile),
        times: { noticed: since, read, prepared, rendered: now() },
      });
      before?.close();
      followed = [];
    } catch (error) {
      // A fault of ours is told on the page as well: the next save may well be drawn again.
      if (files.changed()) fail(asFailure(error));
    } finally {
      // A reading that was broken off has not seen all that it stands on.
      followed = [...new Set([...followed, ...files.seen()])];
      watch.follow(followed);
    }
  };

  /** Measures the symbols of what is drawn, once. A save that is just being looked at goes first, and calls again. */
  const predict = async () => {
    const [specimen, shown] = [drawn, state.drawing];
    if (specimen?.draft === undefined || shown === undefined) return;
    if (shown.outlooks !== undefined || measured === specimen) return;
    const { draft, samples } = specimen;
    const isPast = () => closed || noticed !== undefined || state.drawing !== shown;
    measured = specimen;
    await wait(AFTER_PICTURES);
    const found = isPast() ? undefined : await outlookFor(draft, samples).catch(() => []);
    if (measured === specimen) measured = undefined;
    if (found === undefined || isPast()) return;
    const outlooks = found.map(({ side, data, module, outlook, decodability, contrast }) => ({
      side,
      data,
      module,
      outlook,
      decodability,
      contrast,
    }));
    publish({ ...state, drawing: { ...shown, outlooks } });
  };

  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    while (noticed !== undefined && !closed) {
      await wait(COALESCE);
      const since = noticed;
      noticed = undefined;
      await redraw(since);
    }
    busy = false;
    await predict();
  };
  const look = () => {
    noticed ??= now();
    void work();
  };
  const save = () => {
    look();
    clearTimeout(later);
    later = setTimeout(look, LATER);
  };

  const watch = watchFiles(save);
  await redraw(now());
  if (failure?.complaints.every(({ place }) => place === undefined)) {
    await watch.close();
    throw failure;
  }
  // What was saved before the files were watched is not missed.
  look();
  return {
    state: () => state,
    drawing: () => drawing,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      closed = true;
      clearTimeout(later);
      await watch.close();
      drawing?.close();
    },
  };
}

function liveComplaint({ message, hint, rule, place }: Complaint): LiveComplaint {
  return {
    message,
    ...(hint !== undefined && { hint }),
    ...(rule !== undefined && { rule }),
    ...(place !== undefined && { place }),
  };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
