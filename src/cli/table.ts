// Rows of text in columns, for people.

export type Row = readonly string[];

/** Columns as wide as their widest cell, two spaces apart; each line ends with a line break. */
export function table(rows: readonly Row[]): string {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, index) => Math.max(known[index] ?? 0, [...cell].length)),
    [],
  );
  return rows
    .map((row) =>
      `  ${row.map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - [...cell].length)).join('  ')}`.trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** What stands at the left, `width` wide, beside what it says: a line each, without the last line break. */
export function labelled(rows: readonly Row[], width: number): string {
  return rows.map(([label = '', says = '']) => `  ${label.padEnd(width)}${says}`).join('\n');
}
