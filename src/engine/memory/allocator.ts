/** A stretch of the arena: from `offset` on, `count` numbers. */
export interface Region {
  readonly offset: number;
  readonly count: number;
}

export interface Allocator {
  /** The offset of a new stretch of `count` numbers. */
  allocate(count: number): number;
  /** The stretch that everything taken by `taking` lies in. */
  region<Taken>(build: () => Taken): { readonly region: Region; readonly result: Taken };
  /** Numbers taken so far. */
  used(): number;
}

/** Every stretch starts on a multiple of this: 64 bytes of float32, a cache line and the widest vector. */
const ALIGNMENT = 16;

/** Hands out the arena from its start, each stretch after the one before. */
export function createAllocator(): Allocator {
  let next = 0;
  return {
    allocate(count) {
      const offset = next;
      next += Math.ceil(count / ALIGNMENT) * ALIGNMENT;
      return offset;
    },
    region(build) {
      const offset = next;
      const result = build();
      return { region: { offset, count: next - offset }, result };
    },
    used: () => next,
  };
}
