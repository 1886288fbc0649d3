// Processing steps in layers, switched off in a file that is written.

/** The group of layers, as readers show it. */
export const STEP_GROUP = 'Processing steps';

/**
 * The same file with its processing steps switched off, so that what a scratch panel will cover can be read
 * back. `pdfx` keeps places free for it: no byte moves.
 */
export function withoutSteps(pdf: Uint8Array): Uint8Array {
  const bytes = Buffer.from(pdf);
  const order = bytes.lastIndexOf(`[(${STEP_GROUP}) `);
  const off = bytes.indexOf('/OFF [', order);
  if (order < 0 || off < 0) return bytes;
  const from = order + STEP_GROUP.length + 4;
  const steps = bytes.subarray(from, bytes.indexOf(']', from));
  steps.copy(bytes, off + '/OFF ['.length);
  return bytes;
}
