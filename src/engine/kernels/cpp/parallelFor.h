// Work in chunks that the player's threads share. No two chunks have a part in the same sum, so the bits do not depend on the threads.
//
// THREADS() is how many there are, and PARALLEL_FOR(chunks, play, context) has them call play(context, chunk) for each chunk, in any order;
// where neither is defined, as in WebAssembly, there is one thread.
#pragma once
#include "simd.h"

#ifndef THREADS
#define THREADS() Size(1)
#endif

INLINE Size smaller(Size a, Size b) { return a < b ? a : b; }

/** The size of the next of the fewest equal chunks, none above `most`, that `rest` splits into. */
INLINE Size evenChunk(Size rest, Size most) {
  const Size chunks = (rest + most - 1) / most;
  return (rest + chunks - 1) / chunks;
}

/** What one chunk has of a run. */
struct Range {
  Size from;
  Size to;
};

/** One of the even parts of a run of `count`, cut at multiples of `grain`. */
INLINE Range chunkRange(Size count, Size grain, Size chunks, Size chunk) {
  const Size grains = (count + grain - 1) / grain;
  return {smaller(count, grains * chunk / chunks * grain), smaller(count, grains * (chunk + 1) / chunks * grain)};
}

/** Calls `body(chunk)` for each chunk. It is copied to each thread, so it captures by value: what it captures stays in registers. */
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

// Numbers that are worth a thread's while: about five microseconds of the fastest kernels, ten times what handing them over costs.
constexpr Size NUMBERS_PER_CHUNK = 1 << 14;
// Two threads that write to one line of the cache wait for each other.
constexpr Size LINE_NUMBERS = 64 / sizeof(float);

/** Calls `body(range)` for the parts of a run, cut at multiples of `grain`; `work` is how many numbers the whole run goes through. */
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
