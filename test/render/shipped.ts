// Every built-in template on the sheet that fits it, classic on every built-in sheet, its steps apart and in the
// volume: what a checker is given.
import { existsSync, readdirSync } from 'node:fs';
import { renderSteps } from '../../src/render/step-file.ts';
import { RUN, TEMPLATES, cardsOf, layoutOf, pdfOf, read } from './samples.ts';

const CARD_SHEETS = readdirSync(new URL('sheets/', TEMPLATES))
  .map((name) => name.replace('.yaml', ''))
  .filter((name) => !name.includes('labels'));
const NAMES = readdirSync(TEMPLATES, { withFileTypes: true })
  .filter(({ name }) => existsSync(new URL(`${name}/template.yaml`, TEMPLATES)))
  .map(({ name }) => name);

function sheetsOf(name: string): readonly string[] {
  if (name === 'classic') return CARD_SHEETS;
  return [name === 'voucher' ? 'a4-labels-8up' : 'a4-8up'];
}

export interface ShippedFile {
  readonly label: string;
  readonly pdf: Uint8Array;
}

export const shippedFiles: readonly ShippedFile[] = (
  await Promise.all(
    NAMES.flatMap((name) =>
      sheetsOf(name).flatMap((sheet) =>
        (['separate', 'inline'] as const).map(async (steps) => {
          const design = {
            template: read(`${name}/template.yaml`).toString(),
            sheet: read(`sheets/${sheet}.yaml`).toString(),
            from: name,
          };
          const layout = await layoutOf(design, { steps, ...(name === 'minimal' && { pin: null }) });
          const label = `${name} on ${sheet}, steps ${steps}`;
          const pieces = (['black', 'spot'] as const).flatMap((ink) =>
            renderSteps(layout, {
              run: RUN,
              created: new Date(0),
              id: () => new Uint8Array(16).fill(7),
              ink,
            }).map(({ step, side, pdf }) => ({ label: `${label}: ${step} of the ${side} in ${ink}`, pdf })),
          );
          return [
            {
              label,
              pdf: await pdfOf(layout, cardsOf(layout.sheet.grid.columns * layout.sheet.grid.rows + 1)),
            },
            ...pieces,
          ];
        }),
      ),
    ),
  )
).flat();
