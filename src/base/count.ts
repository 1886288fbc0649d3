// How many of something, as people say it.

/** `1 card`, `2 cards`. */
export function countText(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
