// Work in chunks that the threads of a backend share. No sum is divided between chunks, so the bits
// do not depend on the threads. THREADS() is the number of threads, and PARALLEL_FOR(chunks, run,
// context) makes them call run(context, chunk) for each chunk, in any order. Where neither is
// defined, as in WebAssembly, there is one thread.
#pragma once
#include "simd.h"

#ifndef THREADS
#define THREADS() Size(1)
#endif

INLINE Size smaller(Size a, Size b) { return a < b ? a : b; }

/**
 * The size of the next chunk, if `rest` is divided into the fewest equal chunks of at most `max`.
 */
INLINE Size evenChunk(Size rest, Size max) {
  const Size chunks = (rest + max - 1) / max;
  return (rest + chunks - 1) / chunks;
}

/** The part of a run in one chunk. */
struct Range {
  Size from;
  Size to;
};

/** One of the equal parts of a run of `count`, divided at multiples of `grain`. */
INLINE Range chunkRange(Size count, Size grain, Size chunks, Size chunk) {
  const Size grains = (count + grain - 1) / grain;
  return {smaller(count, grains * chunk / chunks * grain), smaller(count, grains * (chunk + 1) / chunks * grain)};
}

/**
 * Calls `body(chunk)` for each chunk. Each thread has a copy of it, so it captures by value; the
 * captured values are in registers.
 */
template <class Body>
INLINE void forEachChunk(Size chunks, Body body) {
#ifdef PARALLEL_FOR
  PARALLEL_FOR(
      chunks,
      [](const void* context, Size chunk) {
        const Body mine = *static_cast<const Body*>(context);
        mine(chunk);
      },
      &body);
#else
  for (Size chunk = 0; chunk < chunks; chunk++) body(chunk);
#endif
}

// Numbers for which another thread pays: about five microseconds of the fastest kernels, ten times
// the cost of the handover.
constexpr Size NUMBERS_PER_CHUNK = 1 << 14;
// Two threads that write to one cache line wait for each other.
constexpr Size LINE_NUMBERS = 64 / sizeof(float);

/**
 * Calls `body(range)` for the parts of a run, divided at multiples of `grain`; `work` is the count
 * of numbers that the whole run processes.
 */
template <class Body>
INLINE void parallelForRange(Size count, Size grain, Size work, Body body) {
  const Size worth = smaller((count + grain - 1) / grain, work / NUMBERS_PER_CHUNK);
  const Size chunks = worth > 1 ? smaller(THREADS(), worth) : 1;
  forEachChunk(chunks, [=](Size chunk) { body(chunkRange(count, grain, chunks, chunk)); });
}

/** Calls `body(at, lanes)` for each vector of `count` numbers, as forEachVector does. */
template <class Body>
INLINE void parallelForVectors(Size count, Body body) {
  parallelForRange(count, LINE_NUMBERS, count, [=](Range part) {
    forEachVector(part.to - part.from, [&](Size at, auto lanes) { body(part.from + at, lanes); });
  });
}

/** Calls `body(i)` for each of m rows of n numbers. */
template <class Body>
INLINE void parallelForRows(Size m, Size n, Body body) {
  parallelForRange(m, 1, m * n, [=](Range rows) {
    for (Size i = rows.from; i < rows.to; i++) body(i);
  });
}
