// A face at its scale, and over it what the switches show. Lengths of the overlay are the card's own millimetres.
import type { LiveDrawing, LiveRect, LiveSide, LiveStep, LiveSymbol } from '../state.ts';
import { Picture, dpiAt } from './picture.tsx';
import type { Switches } from './switches.tsx';

/** Pixels of CSS in a millimetre: what the browser takes for one. */
export const PX = 96 / 25.4;

export interface FaceProps {
  readonly drawing: LiveDrawing;
  readonly side: LiveSide;
  readonly zoom: number;
  readonly shown: Switches;
  readonly plate: string | undefined;
  /** What a row of the preflight points at. */
  readonly pointed: readonly LiveRect[];
}

export function Face({ drawing, side, zoom, shown, plate, pointed }: FaceProps) {
  const { card, bleed, version } = drawing;
  const scale = PX * zoom;
  const [width, height] = [card.width + 2 * bleed, card.height + 2 * bleed];
  const clip = shown.bleed
    ? ''
    : `clip-path: inset(${bleed * scale}px round ${Math.max(0, card.corner) * scale}px)`;
  const size = `width: ${width * scale}px; height: ${height * scale}px`;
  const what = plate === undefined ? 'face' : 'plate';
  const label = plate === undefined ? `The ${side} of the card` : `The ${side}: ${plate} alone`;
  return (
    <figure class="face" data-side={side}>
      <div class="card" style={size}>
        <Picture
          {...{ what, side, version, label }}
          dpi={dpiAt(zoom)}
          {...(plate !== undefined && { plate })}
          class="paper"
          style={clip}
        />
        <Overlay {...{ drawing, side, zoom, shown, plate, pointed }} />
      </div>
      <figcaption>
        {side} <span class="dim">{plate ?? `${round(card.width)} × ${round(card.height)} mm`}</span>
      </figcaption>
    </figure>
  );
}

function Overlay({ drawing, side, zoom, shown, plate, pointed }: FaceProps) {
  const { card, bleed, safe } = drawing;
  const whole = { x: -bleed, y: -bleed, width: card.width + 2 * bleed, height: card.height + 2 * bleed };
  const symbols = drawing.symbols.filter((symbol) => symbol.side === side);
  const steps = drawing.steps.filter((step) => step.side === side && plate === undefined);
  const inner = { x: safe, y: safe, width: card.width - 2 * safe, height: card.height - 2 * safe };
  return (
    <svg class="overlay" viewBox={Object.values(whole).join(' ')} aria-hidden="true">
      {steps.map((step) => shown.steps[step.step] !== false && <Step step={step} />)}
      {shown.quiet &&
        symbols.flatMap((symbol) => quietZones(symbol).map((zone) => <rect class="quiet" {...zone} />))}
      {shown.bleed && <rect class="bleed" {...whole} />}
      {shown.safe && <rect class="safe" {...inner} />}
      {shown.trim && (
        <rect class="trim" x={0} y={0} width={card.width} height={card.height} rx={card.corner} />
      )}
      {shown.modules && symbols.map((symbol) => <ModuleLabel {...{ symbol, drawing, zoom }} />)}
      {pointed.map((area) => (
        <rect
          class="pointed"
          x={area.x - 0.6}
          y={area.y - 0.6}
          width={area.width + 1.2}
          height={area.height + 1.2}
          rx={0.6}
        />
      ))}
    </svg>
  );
}

function Step({ step }: { readonly step: LiveStep }) {
  const { x, y, width, height, corner, colour } = step;
  const look = step.step === 'scratch' ? { fill: colour } : { fill: 'none', stroke: colour };
  return (
    <rect
      class={`step ${step.step}`}
      data-step={step.step}
      {...{ x, y, width, height, rx: corner }}
      {...look}
    />
  );
}

/** The clear room before and after the longest symbol that may come. */
function quietZones({ x, y, width, height, quiet, upright }: LiveSymbol): readonly LiveRect[] {
  return upright
    ? [
        { x, y, width: quiet, height },
        { x: x + width - quiet, y, width: quiet, height },
      ]
    : [
        { x, y, width, height: quiet },
        { x, y: y + height - quiet, width, height: quiet },
      ];
}

interface LabelProps {
  readonly symbol: LiveSymbol;
  readonly drawing: LiveDrawing;
  readonly zoom: number;
}

function ModuleLabel({ symbol, drawing, zoom }: LabelProps) {
  const size = 11 / (PX * zoom);
  const at = { x: symbol.x + symbol.width / 2, y: symbol.y - size * 0.4 };
  return (
    <text class="module" {...at} font-size={size} stroke-width={size * 0.35}>
      {moduleText(symbol, drawing)}
    </text>
  );
}

export function moduleText({ module, dots }: LiveSymbol, { dpi }: LiveDrawing): string {
  return `${module.toFixed(3)} mm, ${dots} dots at ${round(dpi)} dpi`;
}

const round = (value: number) => String(Number(value.toFixed(2)));
