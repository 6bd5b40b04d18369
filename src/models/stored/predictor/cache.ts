/** Values by key, the least recently used thrown out when they weigh more than `maxBytes` together. */
export interface Cache<Value> {
  get(key: string): Value | undefined;
  /** One that is heavier than `maxBytes` by itself is not kept. */
  put(key: string, value: Value, bytes: number): void;
  drop(key: string): void;
}

export function createCache<Value>(maxBytes: number): Cache<Value> {
  // A Map keeps the order of insertion: the first key is the one not used for the longest time.
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
