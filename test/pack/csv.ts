// RFC 4180 read by its grammar, independent of the writer.

export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  for (;;) {
    let field = '';
    if (text[at] === '"') {
      at += 1;
      for (;;) {
        if (at >= text.length) throw new Error('a quote is not closed');
        if (text[at] !== '"') field += text.charAt(at++);
        else if (text[at + 1] === '"') {
          field += '"';
          at += 2;
        } else break;
      }
      at += 1;
    } else {
      while (at < text.length && !',\r\n'.includes(text[at]!)) {
        if (text[at] === '"') throw new Error(`a quote within a bare field at ${at}`);
        field += text.charAt(at++);
      }
    }
    row.push(field);
    if (text[at] === ',') {
      at += 1;
      continue;
    }
    rows.push(row);
    row = [];
    if (at === text.length) return rows;
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`something after a field at ${at}`);
    at += 2;
    if (at === text.length) return rows;
  }
}
