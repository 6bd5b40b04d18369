/** A stretch of the arena: `count` numbers from `offset`. */
export interface Region {
  readonly offset: number;
  readonly count: number;
}

export interface Allocator {
  /** Offset of a new stretch of `count` numbers in `values`. */
  allocate(count: number): number;
  /** Offset of a new stretch of `count` integers in `indices`. */
  allocateIndices(count: number): number;
  /** The region that holds every number allocated by `build`. */
  region<Built>(build: () => Built): { readonly region: Region; readonly result: Built };
  /** Numbers allocated so far. */
  used(): number;
  /** Integers allocated so far. */
  usedIndices(): number;
}

/**
 * Each stretch starts at a multiple of this: 64 bytes of float32, a cache line and the widest
 * vector.
 */
const ALIGNMENT = 16;

/** Allocates an arena from its start, one stretch after the other. */
export function createAllocator(): Allocator {
  let next = 0;
  let nextIndex = 0;
  return {
    allocate(count) {
      const offset = next;
      next += Math.ceil(count / ALIGNMENT) * ALIGNMENT;
      return offset;
    },
    allocateIndices(count) {
      const offset = nextIndex;
      nextIndex += count;
      return offset;
    },
    region(build) {
      const offset = next;
      const result = build();
      return { region: { offset, count: next - offset }, result };
    },
    used: () => next,
    usedIndices: () => nextIndex,
  };
}
