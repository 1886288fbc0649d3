// What reading a volume back has found, as plain data for reports/NNN.A.json. It names serials and places,
// never a token or a PIN.
import type { Order } from '../plan/seat.ts';
import type { Side } from '../plan/template.ts';
import type { SymbolPlace } from '../render/symbol.ts';
import type { Outlook } from './outlook.ts';

/** Something that is not as it should be; all numbers count from 1. Null where it belongs to no card. */
export interface Fault {
  readonly serial: number | null;
  readonly side: Side;
  readonly sheet: number;
  readonly slot: number | null;
  readonly what:
    SymbolPlace['data'] | 'qr' | 'lines' | 'face' | 'page' | 'file' | 'token picture' | 'pin picture';
  /** Such as `is missing`. */
  readonly why: string;
}

/** A symbol as it was seen, with all that it says taken out. */
export interface MaskedPicture {
  readonly serial: number;
  readonly side: Side;
  readonly data: SymbolPlace['data'];
  /** Dots by which its worst edge is off. */
  readonly off: number;
  /** PNG, base64. */
  readonly png: string;
}

export interface VolumeReport {
  readonly format: 'cardpress-report/1';
  readonly volume: number;
  readonly attempt: number;
  readonly passed: boolean;
  /** The PDF that was read, as it came out of the vault. */
  readonly content: { readonly sha256: string; readonly bytes: number; readonly pages: number };
  /** Symbols that were to be found, and those that say what they should, as they should. */
  readonly symbols: number;
  readonly decoded: number;
  readonly engines: readonly string[];
  /** What the second engine read: whole symbols of some sheets. */
  readonly second: { readonly sheets: readonly number[]; readonly symbols: number; readonly decoded: number };
  /** Cards whose lines of type were compared with the PDF's own text. */
  readonly lines: number;
  /** The platform's own pictures, where the job asks for them: those that say what its answer says, and those that are empty. */
  readonly witness?: { readonly pictures: number; readonly agreed: number; readonly empty: number };
  /** The worst edge of all, dots of the press. */
  readonly off: number;
  readonly serials: { readonly first: number; readonly last: number };
  readonly slots: number;
  readonly order: Order;
  readonly sheets: number;
  readonly cards: number;
  /** What is likely to be measured on the finished card, by kind of symbol. */
  readonly prediction: readonly Outlook[];
  readonly pictures: {
    readonly first?: MaskedPicture;
    readonly last?: MaskedPicture;
    readonly worst?: MaskedPicture;
  };
  /** What the checklist of PDF/X-4 finds wrong with the file; each is a fault, too. */
  readonly x4: readonly string[];
  readonly faults: readonly Fault[];
}

/** A fault in one line. */
export function faultText({ serial, side, sheet, slot, what, why }: Fault): string {
  const where = `sheet ${sheet}, ${side}${slot === null ? '' : `, slot ${slot}`}`;
  const card = serial === null ? '' : `serial ${serial} `;
  if (what === 'file') return `the file is not ready for press: ${why}`;
  return what === 'page' ? `${where}: ${why}` : `${card}(${where}): its ${NAMES[what]} ${why}`;
}

const NAMES: Record<Exclude<Fault['what'], 'page' | 'file'>, string> = {
  token: 'token’s symbol',
  pin: 'PIN’s symbol',
  card_id: 'card id’s symbol',
  qr: 'QR code',
  lines: 'type',
  face: 'face',
  'token picture': 'token’s picture from the platform',
  'pin picture': 'PIN’s picture from the platform',
};
