// The live page: faces and sheet as they will print, and beside them all that is known of them.
import { render } from 'preact';
import { useState } from 'preact/hooks';
import type { LiveDrawing, LiveFinding, LiveRect, LiveState } from '../state.ts';
import { Face, PX } from './face.tsx';
import { Complaints, Findings, Source, Symbols } from './findings.tsx';
import { useKept } from './kept.ts';
import { useLine } from './line.ts';
import { Picture, dpiAt } from './picture.tsx';
import { FIRST, SwitchBoxes, type Switches, Zoom } from './switches.tsx';
import './style.css';
import './face.css';

/** A row's rule and place: the same row is found again in the next drawing. */
interface Pointed {
  readonly finding?: LiveFinding;
  readonly line?: number;
  readonly turn: number;
}

function Page() {
  const { state, connected } = useLine();
  const [shown, show] = useKept<Switches>('shown', FIRST);
  const [zoom, setZoom] = useKept('zoom', innerWidth < 700 ? 1 : 1.5);
  const [plate, choosePlate] = useState<string>();
  const [pointed, point] = useState<Pointed>({ turn: 0 });
  const drawing = state?.drawing;
  const source = state?.source;
  const complaints = state?.complaints ?? [];
  const ink = drawing?.plates.some(({ name }) => name === plate) === true ? plate : undefined;
  const finding = drawing?.findings.find(
    ({ rule, subject }) => rule === pointed.finding?.rule && subject === pointed.finding.subject,
  );
  const areas = (side: string): readonly LiveRect[] => (finding?.side === side ? (finding.areas ?? []) : []);
  const line = finding?.line ?? pointed.line;
  const choose = (next: LiveFinding) => {
    point({ finding: next, turn: pointed.turn + 1 });
    document.querySelector(`[data-side=${next.side ?? 'front'}]`)?.scrollIntoView({ block: 'nearest' });
  };
  const wrong = new Set([
    ...complaints.flatMap(({ place }) =>
      place !== undefined && place.file === source?.file ? [place.line] : [],
    ),
    ...(complaints.length > 0 ? [] : (drawing?.findings ?? [])).flatMap(({ verdict, line: at }) =>
      verdict === 'fail' && at !== undefined ? [at] : [],
    ),
  ]);
  return (
    <>
      <header>
        <h1>{drawing?.name ?? 'cardpress'}</h1>
        <p class="dim">{drawing === undefined ? '' : `specimen, on ${drawing.sheet.name}`}</p>
        <Status {...{ state, connected }} />
        <Zoom zoom={zoom} set={setZoom} />
      </header>
      <main>
        <div class="stage">
          {complaints.length > 0 && (
            <Complaints
              {...{ complaints, file: source?.file }}
              go={(at) => point({ line: at, turn: pointed.turn + 1 })}
            />
          )}
          {drawing !== undefined && (
            <div class={complaints.length > 0 ? 'faces past' : 'faces'}>
              {drawing.sides.map((side) => (
                <Face {...{ drawing, side, zoom, shown, plate: ink }} pointed={areas(side)} />
              ))}
            </div>
          )}
          {drawing !== undefined && <Sheet drawing={drawing} />}
        </div>
        <aside>
          {drawing !== undefined && (
            <>
              <SwitchBoxes {...{ drawing, shown, show, plate: ink }} choose={choosePlate} />
              <Symbols drawing={drawing} />
              <Findings findings={drawing.findings} chosen={finding} choose={choose} />
            </>
          )}
          {source !== undefined && <Source {...{ source, line, wrong }} turn={pointed.turn} />}
        </aside>
      </main>
    </>
  );
}

function Status({
  state,
  connected,
}: {
  readonly state: LiveState | undefined;
  readonly connected: boolean;
}) {
  const [look, text] = !connected
    ? ['off', state === undefined ? 'connecting' : 'connecting again']
    : (state?.complaints.length ?? 0) > 0
      ? ['bad', 'not drawn']
      : state?.drawing?.findings.some(({ verdict }) => verdict === 'fail') === true
        ? ['bad', 'cannot be printed']
        : ['good', 'as saved'];
  return (
    <p class={`status ${look}`} role="status">
      {text}
    </p>
  );
}

/** Pixels of CSS that a sheet is wide at most. */
const SHEET = 360;

function Sheet({ drawing: { sheet, sides, version } }: { readonly drawing: LiveDrawing }) {
  const scale = Math.min(SHEET / sheet.width, SHEET / sheet.height);
  const dpi = dpiAt(scale / PX, 288);
  const size = `width: ${sheet.width * scale}px; aspect-ratio: ${sheet.width} / ${sheet.height}`;
  return (
    <div class="sheets">
      {sides.map((side) => (
        <figure>
          <Picture
            {...{ what: 'sheet', side, version, dpi }}
            label={`The sheet, ${side}`}
            class="paper"
            style={size}
          />
          <figcaption>
            sheet, {side} <span class="dim">{`${sheet.width} × ${sheet.height} mm`}</span>
          </figcaption>
        </figure>
      ))}
    </div>
  );
}

const root = document.getElementById('page');
if (root !== null) render(<Page />, root);
