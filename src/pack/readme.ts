// README.txt: the one file that a stranger opens first. Plain ASCII where the names allow, no secret.
import { countText } from '../base/count.ts';
import type { Ticket } from './ticket.ts';
import { groupedFingerprint } from './recipients.ts';

/** Lines end as Windows wants them; everything else shows them, too. */
export function readmeText(ticket: Ticket): string {
  const { quantity, sheet, sealed, signed, contacts, volumes, steps, data, packing } = ticket;
  const isSealed = sealed.kind !== 'none';
  const extension = sealed.kind === 'age' ? '.age' : '.pgp';
  const files = volumes.length;
  const lines = [
    `${ticket.test ? 'TEST  ' : ''}${ticket.run}`,
    '',
    ...(ticket.test ? ['This is a TEST. Its cards are worth nothing: do not ship them.', ''] : []),
    `A print run of ${countText(quantity.total, 'gift card')}: ${quantity.ordered} ordered and ${countText(quantity.overs, 'over')}.`,
    ...(ticket.supplement === null
      ? []
      : [
          `It makes up for cards of ${ticket.supplement.of} (${ticket.supplement.kind}): destroy what you still have of those.`,
        ]),
    `Delivery no. ${ticket.sequence} to you. Made ${ticket.created.slice(0, 10)}.`,
    'Every card is worth money once it is activated. Keep opened files to yourself, and delete them',
    'after printing.',
    '',
    '1. Is it whole?',
    '   The file .done is written last: without it this folder is still being sent.',
    '       sha256sum -c SHA256SUMS            (macOS: shasum -a 256 -c SHA256SUMS)',
    '',
    ...signatureLines(ticket),
    isSealed ? '3. Open it' : '3. It is not sealed',
    ...(sealed.kind === 'openpgp'
      ? [
          '   Sealed to your OpenPGP key',
          ...sealed.to.map((fingerprint) => `       ${groupedFingerprint(fingerprint)}`),
          '       gpg --decrypt-files *.pgp */*.pgp',
        ]
      : []),
    ...(sealed.kind === 'age'
      ? [
          '   Sealed to your age key',
          ...sealed.to.map((recipient) => `       ${recipient}`),
          '       for f in *.age */*.age; do age -d -i YOUR-KEY-FILE -o "${f%.age}" "$f"; done',
        ]
      : []),
    ...(isSealed ? [`   Each file NAME${extension} gives NAME.`] : ['   The files are as they are.']),
    '',
    '4. Print it',
    `   ticket.pdf${isSealed ? extension : ''} is the job ticket; ticket.json is the same for machines.`,
    ...(volumes.length === 0
      ? []
      : [
          `   print/ holds ${files} PDF/X-4 ${files === 1 ? 'file' : 'files'}, ${countText(sheet.sheets, 'sheet')} in all, ${countText(sheet.cards, 'card')} a sheet.`,
          '   Print them in the order of their numbers, each page once, unscaled:',
          ...volumes.map(
            ({ file, sheets, serials, overs }) =>
              `       ${file}   ${countText(sheets, 'sheet')}, serials ${serials.first} to ${serials.last}${overs ? ', overs' : ''}`,
          ),
        ]),
    ...(steps.some(({ file }) => file !== null)
      ? [
          '   steps/ holds what is not printed: one page for all sheets, in the place of the print.',
          ...steps.flatMap(({ file }) => (file === null ? [] : [`       ${file}`])),
        ]
      : []),
    ...data.map(({ file, records, match }) => `   ${file} holds ${records} records; match key: ${match}.`),
    ...(data.length > 0
      ? [
          '   static/ is the art without them, static/positions.json says what goes where.',
          '   Print from print/ or merge from data/, never both.',
        ]
      : []),
    '   proof/ holds a specimen with dead codes for the first sheets and for scanner tests.',
    ...(packing === null
      ? []
      : [
          `   Bundles of ${packing.bundle}, boxes of ${packing.box}; labels.pdf${isSealed ? extension : ''} has a label for each box.`,
        ]),
    '',
    '5. Tell us',
    '   That you have it all: put a file .ack beside .done, with the SHA-256 of SHA256SUMS in it.',
    '   Fill in return.csv: good, spoiled or missing for every serial, and send it back.',
    '   manifest.json and manifest.csv say what every file holds and where every card stands.',
    '',
    ...contactLines(contacts),
  ];
  return `${lines.join('\r\n')}\r\n`;

  function signatureLines({ signed: by }: Ticket): readonly string[] {
    if (signed === null || by === null) return ['2. It is not signed', ''];
    const head = ['2. Is it from us?'];
    const compare = [
      '   Compare the fingerprint with the one that we gave you before, by phone if in doubt:',
    ];
    if (by.kind === 'minisign')
      return [
        ...head,
        ...compare,
        `       minisign key ${by.by}`,
        '       minisign -V -p signing-key.pub -m SHA256SUMS',
        '',
      ];
    return [
      ...head,
      ...compare,
      `       ${groupedFingerprint(by.by)}`,
      '       gpg --import signing-key.asc',
      '       gpg --verify SHA256SUMS.asc SHA256SUMS',
      '',
    ];
  }
}

function contactLines({ shop, manufacturer }: Ticket['contacts']): readonly string[] {
  const text = (person: NonNullable<typeof shop>) =>
    [person.name, person.phone, person.email].filter((one) => one !== undefined).join(', ');
  return [
    ...(shop === undefined ? ['Questions: call whoever sent you this.'] : [`Questions: ${text(shop)}`]),
    ...(manufacturer === undefined ? [] : [`Sent to: ${text(manufacturer)}`]),
  ];
}
