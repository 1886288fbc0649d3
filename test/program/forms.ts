// The forms in which a secret could lie about.
export function formsOf(secret: string): readonly Buffer[] {
  const plain = Buffer.from(secret);
  const wide = Buffer.from(secret, 'utf16le');
  const encoded = [
    plain.toString('base64').replace(/=+$/, ''),
    plain.toString('hex'),
    plain.toString('base64url').replace(/=+$/, ''),
  ];
  const spaced = [...secret].join(' ');
  return [plain, wide, ...[...encoded, encodeURIComponent(secret), spaced].map((text) => Buffer.from(text))];
}
