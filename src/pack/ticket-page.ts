// The ticket as a page that a press operator reads, and a label for each box.
import { countText } from '../base/count.ts';
import type { Layout } from '../render/preflight.ts';
import { type DocumentPage, type DocumentPart, textWidth } from '../render/document.ts';
import type { Box, Ticket } from './ticket.ts';

const A4 = { width: 210, height: 297 };
const LEFT = 15;
const RIGHT = 195;
const LABELS = 28;
/** Files that are listed one by one; the manifest has them all. */
const LISTED = 12;
/** A label on A6. */
const LABEL = { width: 148, height: 105 };

/** One A4 page. */
export function ticketPage(ticket: Ticket, layout: Layout): DocumentPage {
  const parts: DocumentPart[] = [];
  let y = 20;
  const text = (value: string, x: number, size: number, more: Partial<DocumentPart> = {}) =>
    parts.push({ part: 'text', text: value, x, y, size, ...more } as DocumentPart);
  const heading = (value: string) => {
    y += 3;
    parts.push({ part: 'rule', x: LEFT, y: y - 4.6, width: RIGHT - LEFT });
    text(value, LEFT, 8);
  };
  const row = (label: string, value: string, from = LEFT, to = RIGHT) => {
    if (label !== '') text(label, from, 8);
    for (const line of wrapped(value, to - from - LABELS, layout)) {
      text(line, from + LABELS, 8);
      y += 4.2;
    }
  };
  const { quantity, sheet, card, packing } = ticket;

  text(ticket.test ? `TEST  ${ticket.run}` : ticket.run, LEFT, 22, { room: 130 });
  text(`No. ${ticket.sequence} to you`, RIGHT, 9, { align: 'right' });
  y += 6;
  text(`Job ticket, ${ticket.created.slice(0, 10)}`, LEFT, 9);
  if (ticket.test) {
    y += 5;
    text('TEST: these cards are worth nothing. Do not ship them.', LEFT, 10);
  }
  y += 10;
  text(countText(quantity.total, 'card'), LEFT, 16);
  y += 6;
  text(
    `${quantity.ordered} ordered and ${countText(quantity.overs, 'over')}, each serial exactly once`,
    LEFT,
    9,
  );

  const pictureTop = y - 12;
  parts.push({ part: 'face', side: 0, x: 122, y: pictureTop, width: 73 });
  if (card.sides.length === 2) parts.push({ part: 'face', side: 1, x: 122, y: pictureTop + 50, width: 73 });
  y += 9;
  const inner = 118;
  row(
    'Card',
    `${card.width} x ${card.height} mm, corners ${card.corner} mm, bleed ${card.bleed} mm`,
    LEFT,
    inner,
  );
  row('Printed', card.sides.join(' and '), LEFT, inner);
  row('Inks', [...ticket.inks.process, ...ticket.inks.spots].join(', '), LEFT, inner);
  const steps = ticket.steps.length === 0 ? ['none beyond print and cut'] : ticket.steps.map(stepText);
  for (const [index, step] of steps.entries()) row(index === 0 ? 'Steps' : '', step, LEFT, inner);
  row(
    'Condition',
    `${ticket.press.condition} (${ticket.press.profile}), ${ticket.press.dpi} dpi${ticket.press.barsNarrowerBy === 0 ? '' : `; bars are drawn ${Math.round(ticket.press.barsNarrowerBy)} µm narrower: take nothing off again`}`,
    LEFT,
    inner,
  );
  row(
    'Sheet',
    `${sheet.name}: ${sheet.width} x ${sheet.height} mm, ${sheet.cards} cards (${sheet.columns} x ${sheet.rows})`,
    LEFT,
    inner,
  );
  if (sheet.turn !== null)
    row('Turn', `over the ${sheet.turn.replace('-', ' ')}; pages are front, back, front, back`, LEFT, inner);
  row('Sheets', String(sheet.sheets), LEFT, inner);
  row('Order', ticket.order, LEFT, inner);
  for (const [index, code] of ticket.barcodes.entries()) {
    row(
      index === 0 ? 'Barcodes' : '',
      `${code.holds} on the ${code.side}: Code 128, module ${code.module} mm (${code.dotsPerModule} dots; ${code.idealModule} would fill the field), bars ${code.barHeight} mm high, quiet zones ${code.quietZone} mm`,
      LEFT,
      inner,
    );
  }
  row('', 'Print barcodes in black alone, unscaled. Never enlarge or shrink a page.', LEFT, inner);
  if (packing !== null) {
    row(
      'Packing',
      `bundles of ${packing.bundle}, boxes of ${packing.box}: ${packing.bundles} bundles, ${packing.boxes} boxes; overs apart`,
      LEFT,
      inner,
    );
  }
  y = Math.max(y, pictureTop + 104);
  text('Pictures show a specimen: its codes were never issued.', 122, 6.5);
  y += 6;

  heading('FILES, IN PRINTING ORDER');
  y += 5;
  for (const volume of ticket.volumes.slice(0, LISTED)) {
    const { first, last } = volume.serials;
    text(volume.file.replace('print/', ''), LEFT, 8, { room: 78 });
    text(
      `${countText(volume.sheets, 'sheet')}, ${countText(volume.pages, 'page')}, ${countText(volume.cards, 'card')}`,
      97,
      8,
    );
    text(`serials ${first} to ${last}${volume.overs ? ', overs' : ''}`, RIGHT, 8, {
      align: 'right',
    });
    y += 4.2;
  }
  if (ticket.volumes.length > LISTED)
    row('', `and ${ticket.volumes.length - LISTED} more: see manifest.json`);
  for (const data of ticket.data) {
    text(data.file, LEFT, 8, { room: 78 });
    text(
      `${data.records} records, match key ${data.match}: ${data.columns.map(({ name }) => name).join(', ')}`,
      97,
      8,
      {
        room: RIGHT - 97,
      },
    );
    y += 4.2;
  }
  if (ticket.waivers.length > 0) {
    y += 2;
    heading('KNOWN AND ACCEPTED');
    y += 5;
    for (const waiver of ticket.waivers.slice(0, 5)) row('', waiver, LEFT - LABELS);
  }
  y += 2;
  heading('CONTACT');
  y += 5;
  for (const [label, person] of [
    ['Call', ticket.contacts.shop],
    ['You', ticket.contacts.manufacturer],
  ] as const) {
    if (person !== undefined)
      row(label, [person.name, person.phone, person.email].filter((one) => one !== undefined).join(', '));
  }
  if (ticket.contacts.shop === undefined) row('Call', 'whoever sent you this');
  return { ...A4, parts };
}

function stepText({ step, side, spot, where, file }: Ticket['steps'][number]): string {
  const what = `${STEP_WORDS[step]} on the ${side}${spot === null ? '' : `, plate ${spot}`}`;
  if (where === 'inline') return `${what}, a layer of each file`;
  return file === null ? `${what}, not in these files` : `${what}: ${file}`;
}

const STEP_WORDS = { white: 'white', varnish: 'varnish', scratch: 'scratch panel', die: 'die line' } as const;

/** A page a box. */
export function* labelPages(ticket: Ticket, boxes: readonly Box[]): Generator<DocumentPage> {
  for (const { box, count, serials, bundles, overs } of boxes) {
    const line = (text: string, y: number, size: number): DocumentPart => ({
      part: 'text',
      text,
      x: 10,
      y,
      size,
      room: LABEL.width - 20,
    });
    yield {
      ...LABEL,
      parts: [
        line(`${ticket.test ? 'TEST  ' : ''}${ticket.run}`, 20, 22),
        line(`Box ${box} of ${boxes.length}${overs ? ', overs' : ''}`, 44, 36),
        line(`Serials ${serials.first} to ${serials.last}`, 62, 22),
        line(`${count} cards, bundles ${bundles.first} to ${bundles.last}`, 76, 18),
        line(ticket.contacts.shop === undefined ? '' : `For ${ticket.contacts.shop.name}`, 92, 12),
      ].filter((part) => part.part !== 'text' || part.text !== ''),
    };
  }
}

function wrapped(text: string, room: number, layout: Layout): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(layout, longer, 8) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
