// What is shown: native boxes and lists, so that keys and screen readers work as they do everywhere.
import type { LiveDrawing } from '../state.ts';

export interface Switches {
  readonly trim: boolean;
  readonly bleed: boolean;
  readonly safe: boolean;
  readonly quiet: boolean;
  readonly modules: boolean;
  /** Processes beside printing that are switched off, by name. */
  readonly steps: Readonly<Record<string, boolean>>;
}

export const FIRST: Switches = {
  trim: false,
  bleed: false,
  safe: false,
  quiet: false,
  modules: false,
  steps: {},
};

const NAMES = [
  ['trim', 'Trim'],
  ['bleed', 'Bleed'],
  ['safe', 'Safe area'],
  ['quiet', 'Quiet zones'],
  ['modules', 'Module width'],
] as const;

const STEP_NAMES: Readonly<Record<string, string>> = {
  scratch: 'Scratch panel',
  varnish: 'Varnish',
  white: 'White ink',
  die: 'Die line',
};

export const ZOOMS = [0.5, 0.75, 1, 1.5, 2, 3, 4];

export interface SwitchesProps {
  readonly drawing: LiveDrawing;
  readonly shown: Switches;
  readonly show: (next: Switches) => void;
  readonly plate: string | undefined;
  readonly choose: (plate: string | undefined) => void;
}

export function SwitchBoxes({ drawing, shown, show, plate, choose }: SwitchesProps) {
  const steps = [...new Set(drawing.steps.map(({ step }) => step))];
  return (
    <section aria-labelledby="show">
      <h2 id="show">Show</h2>
      <div class="boxes">
        {NAMES.map(([key, name]) => (
          <Box name={name} on={shown[key]} set={(on) => show({ ...shown, [key]: on })} />
        ))}
        {steps.map((step) => (
          <Box
            name={STEP_NAMES[step] ?? step}
            on={shown.steps[step] !== false}
            set={(on) => show({ ...shown, steps: { ...shown.steps, [step]: on } })}
          />
        ))}
      </div>
      <fieldset class="inks">
        <legend>Ink</legend>
        <Ink name="All" on={plate === undefined} set={() => choose(undefined)} />
        {drawing.plates.map(({ name, colour }) => (
          <Ink {...{ name, colour }} on={plate === name} set={() => choose(name)} />
        ))}
      </fieldset>
    </section>
  );
}

interface BoxProps {
  readonly name: string;
  readonly on: boolean;
  readonly set: (on: boolean) => void;
}

function Box({ name, on, set }: BoxProps) {
  return (
    <label>
      <input type="checkbox" checked={on} onChange={({ currentTarget }) => set(currentTarget.checked)} />
      {name}
    </label>
  );
}

function Ink({ name, on, set, colour }: BoxProps & { readonly colour?: string }) {
  return (
    <label>
      <input type="radio" name="ink" checked={on} onChange={() => set(true)} />
      {colour !== undefined && <span class="patch" style={`background: ${colour}`} />}
      {name}
    </label>
  );
}

export function Zoom({ zoom, set }: { readonly zoom: number; readonly set: (zoom: number) => void }) {
  const at = ZOOMS.indexOf(zoom);
  const step = (by: number) => {
    const next = ZOOMS[at + by];
    if (next !== undefined) set(next);
  };
  return (
    <div class="zoom" role="group" aria-label="Zoom">
      <button type="button" aria-label="Smaller" disabled={at <= 0} onClick={() => step(-1)}>
        −
      </button>
      <select
        aria-label="Zoom"
        value={zoom}
        onChange={({ currentTarget }) => set(Number(currentTarget.value))}
      >
        {ZOOMS.map((value) => (
          <option value={value}>{value === 1 ? 'true size' : `${value * 100} %`}</option>
        ))}
      </select>
      <button type="button" aria-label="Larger" disabled={at >= ZOOMS.length - 1} onClick={() => step(1)}>
        +
      </button>
    </div>
  );
}
