// Work in pieces that the player's threads share. No two pieces have a part in the same sum, so the bits do not depend on the threads.
//
// THREADS() is how many there are, and PLAY_TOGETHER(pieces, play, context) has them call play(context, piece) for each piece, in any order;
// where neither is defined, as in WebAssembly, there is one thread.
#pragma once
#include "simd.h"

#ifndef THREADS
#define THREADS() Size(1)
#endif

INLINE Size smaller(Size a, Size b) { return a < b ? a : b; }

/** The size of the next of the fewest equal pieces, none above `most`, that `rest` splits into. */
INLINE Size evenPiece(Size rest, Size most) {
  const Size pieces = (rest + most - 1) / most;
  return (rest + pieces - 1) / pieces;
}

/** What one piece has of a run. */
struct Range {
  Size from;
  Size to;
};

/** One of the even parts of a run of `count`, cut at multiples of `grain`. */
INLINE Range partOf(Size count, Size grain, Size pieces, Size piece) {
  const Size grains = (count + grain - 1) / grain;
  return {smaller(count, grains * piece / pieces * grain), smaller(count, grains * (piece + 1) / pieces * grain)};
}

/** Calls `body(piece)` for each piece. It is copied to each thread, so it captures by value: what it captures stays in registers. */
template <class Body>
INLINE void forEachPiece(Size pieces, Body body) {
#ifdef PLAY_TOGETHER
  PLAY_TOGETHER(
      pieces,
      [](const void* context, Size piece) {
        const Body mine = *static_cast<const Body*>(context);
        mine(piece);
      },
      &body);
#else
  for (Size piece = 0; piece < pieces; piece++) body(piece);
#endif
}

// Numbers that are worth a thread's while: about five microseconds of the fastest kernels, ten times what handing them over costs.
constexpr Size NUMBERS_A_PIECE = 1 << 14;
// Two threads that write to one line of the cache wait for each other.
constexpr Size LINE_NUMBERS = 64 / sizeof(float);

/** Calls `body(range)` for the parts of a run, cut at multiples of `grain`; `work` is how many numbers the whole run goes through. */
template <class Body>
INLINE void shareRun(Size count, Size grain, Size work, Body body) {
  const Size worth = smaller((count + grain - 1) / grain, work / NUMBERS_A_PIECE);
  const Size pieces = worth > 1 ? smaller(THREADS(), worth) : 1;
  forEachPiece(pieces, [=](Size piece) { body(partOf(count, grain, pieces, piece)); });
}

/** Calls `body(at, lanes)` for each vector of `count` numbers, as forEachVector does. */
template <class Body>
INLINE void shareVectors(Size count, Body body) {
  shareRun(count, LINE_NUMBERS, count, [=](Range part) {
    forEachVector(part.to - part.from, [&](Size at, auto lanes) { body(part.from + at, lanes); });
  });
}

/** Calls `body(i)` for each of m rows of n numbers. */
template <class Body>
INLINE void shareRows(Size m, Size n, Body body) {
  shareRun(m, 1, m * n, [=](Range rows) {
    for (Size i = rows.from; i < rows.to; i++) body(i);
  });
}
