// The arena of the WebAssembly module: offsets of matrices become addresses in its memory.
#pragma once
#include "simd.h"

#define EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace wasmArena {

/**
 * Addresses in bytes. Sums of integers wrap beyond 2 GiB, where a pointer's offset would be
 * negative.
 */
Size valuesAddress, indicesAddress;

/** The offset of an absent matrix: NONE of kernels.ts. */
constexpr Size ABSENT = Size(-1);

INLINE float* matrix(Size offset) { return reinterpret_cast<float*>(valuesAddress + offset * sizeof(float)); }
INLINE float* matrixOrNull(Size offset) { return offset == ABSENT ? nullptr : matrix(offset); }
INLINE int* integers(Size offset) { return reinterpret_cast<int*>(indicesAddress + offset * sizeof(int)); }

}  // namespace wasmArena

EXPORT(setArena) void setArena(Size values, Size indices) {
  wasmArena::valuesAddress = values;
  wasmArena::indicesAddress = indices;
}
