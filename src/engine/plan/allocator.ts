/** A stretch of the arena: from `offset` on, `count` numbers. */
export interface Region {
  readonly offset: number;
  readonly count: number;
}

export interface Allocator {
  /** The offset of a new stretch of `count` numbers. */
  take(count: number): number;
  /** The stretch that everything taken by `taking` lies in. */
  region<Taken>(taking: () => Taken): { readonly region: Region; readonly taken: Taken };
  /** Numbers taken so far. */
  used(): number;
}

/** Every stretch starts on a multiple of this: 64 bytes of float32, a cache line and the widest vector. */
const ALIGNMENT = 16;

/** Hands out the arena from its start, each stretch after the one before. */
export function createAllocator(): Allocator {
  let next = 0;
  return {
    take(count) {
      const offset = next;
      next += Math.ceil(count / ALIGNMENT) * ALIGNMENT;
      return offset;
    },
    region(taking) {
      const offset = next;
      const taken = taking();
      return { region: { offset, count: next - offset }, taken };
    },
    used: () => next,
  };
}
