#pragma once
#include "instructionSet.h"

/** Zeroed memory of one player, with what maps it. */
struct ArenaMemory {
  void* mapping;
  size_t mappedBytes;
  /** The first byte used, at a cache line or, for large ones, a huge page. */
  unsigned char* start;
};

/** For `bytes` that are a multiple of a cache line. `start` is null where the memory is not to be had. */
ArenaMemory mapArena(size_t bytes);
void unmapArena(const ArenaMemory& memory);
