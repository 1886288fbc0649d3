// One run of ours for bench/cards.ts, in a process of its own, through the public API alone.
// node ours.js COUNT OUT.pdf
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { openLayout, secret } from 'cardpress';
import { records } from './workload/records.ts';

const [count = '1000', out = 'ours.pdf'] = process.argv.slice(2);
const workload = fileURLToPath(new URL('../../../bench/workload/', import.meta.url));

const layout = await openLayout({
  template: `${workload}template.yaml`,
  sheet: `${workload}sheet.yaml`,
  token: { length: 43, characters: true, symbols: true },
  // An odd number of digits needs more room than the next even one.
  pin: { length: 9 },
  sampleCardId: 'GC-00000000',
  run: 'bench-2026-11-23',
  dpi: 2540,
});

function* cards() {
  let serial = 0;
  for (const { card_id, token, pin } of records(Number(count)))
    yield { serial: (serial += 1), cardId: card_id, token: secret(token), pin: secret(pin) };
}

const pdf = layout.render({ cards: cards(), count: Number(count), created: new Date(0) });
await pipeline(Readable.from(pdf, { objectMode: false }), createWriteStream(out));
