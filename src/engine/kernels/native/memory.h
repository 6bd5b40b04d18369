#pragma once
#include "instructionSet.h"

/** Zeroed memory of one backend, with its mapping. */
struct ArenaMemory {
  void* mapping;
  size_t mappedBytes;
  /** The first usable byte, at a cache line or, for large arenas, at a huge page. */
  unsigned char* start;
};

/** Maps `bytes`, a multiple of a cache line. `start` is null where the memory is not available. */
ArenaMemory mapArena(size_t bytes);
void unmapArena(const ArenaMemory& memory);
