// What was made of a file's bytes, kept as long as those bytes are: a design that is drawn again and again opens
// its fonts once.

/** The same function, giving what it gave before for the very same bytes and the same further arguments. */
export function kept<Rest extends readonly unknown[], Made>(
  make: (bytes: Uint8Array, ...rest: Rest) => Made,
): (bytes: Uint8Array, ...rest: Rest) => Made {
  const known = new WeakMap<Uint8Array, { readonly rest: Rest; readonly made: Made }[]>();
  return (bytes, ...rest) => {
    const entries = known.get(bytes) ?? [];
    known.set(bytes, entries);
    const found = entries.find((entry) => entry.rest.every((value, index) => value === rest[index]));
    if (found !== undefined) return found.made;
    const made = make(bytes, ...rest);
    entries.push({ rest, made });
    return made;
  };
}
