// The checklist, loaded when a file is first checked: its parser takes longer to load than all else together,
// and most commands check none.

/** What is wrong with a file as PDF/X-4, in words; empty where nothing is. */
export async function checkX4(bytes: Uint8Array): Promise<readonly string[]> {
  const checklist = await import('./x4.ts');
  return checklist.checkX4(bytes);
}
