/** Values by key. The least recently used are evicted while their total size exceeds `maxBytes`. */
export interface Cache<Value> {
  get(key: string): Value | undefined;
  /** A value larger than `maxBytes` is not cached. */
  put(key: string, value: Value, bytes: number): void;
  drop(key: string): void;
}

export function createCache<Value>(maxBytes: number): Cache<Value> {
  // A Map iterates in order of insertion, so the first key is the least recently used.
  const entries = new Map<string, { readonly value: Value; readonly bytes: number }>();
  let total = 0;

  function drop(key: string): void {
    total -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  }

  return {
    drop,
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    put(key, value, bytes) {
      drop(key);
      entries.set(key, { value, bytes });
      total += bytes;
      for (const oldest of [...entries.keys()]) {
        if (total > maxBytes) drop(oldest);
      }
    },
  };
}
