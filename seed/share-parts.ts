/**
 * Lets several readers go over one source at their own pace. An item is made when the first of them asks for it and let
 * go when the last has taken it; nobody is more than `window` items ahead of the slowest. All come to the end together,
 * so that what they do afterwards is not done by some while others may still fail. When one stops before the end, the
 * others are told by an error.
 */
export function shareParts<Part>(source: Iterator<Part, unknown>, readers: number, window: number): AsyncIterable<Part>[] {
  const items = new Map<number, Part>();
  // How many items each reader has asked for; all before the last of them are dealt with.
  const asked = Array.from({ length: readers }, () => 0);
  const waiting = new Set<() => void>();
  let made = 0;
  let ended = false;
  let stopped = false;
  let atEnd = 0;

  const wake = (): void => {
    for (const resume of waiting) resume();
    waiting.clear();
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition() && !stopped) await new Promise<void>((resolve) => waiting.add(resolve));
    if (stopped) throw new StoppedError();
  };

  async function* read(reader: number): AsyncGenerator<Part, void, undefined> {
    let finished = false;
    try {
      for (let index = 0; ; index++) {
        asked[reader] = index + 1;
        for (const old of items.keys()) if (old < Math.min(...asked) - 1) items.delete(old);
        wake();
        await until(() => index < Math.min(...asked) - 1 + window);
        if (index >= made && !ended) {
          const next = source.next();
          if (next.done) ended = true;
          else items.set(made++, next.value);
        }
        if (index >= made) break;
        yield items.get(index) as Part;
      }
      atEnd++;
      wake();
      await until(() => atEnd === readers);
      finished = true;
    } finally {
      if (!finished) {
        stopped = true;
        wake();
      }
    }
  }
  return Array.from({ length: readers }, (_, reader) => read(reader));
}

/** Another reader has stopped before the end; its own error says why. */
export class StoppedError extends Error {
  override name = 'StoppedError';
  constructor() {
    super('another database could not be loaded');
  }
}
