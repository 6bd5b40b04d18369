// What the addon and the translation units of its instruction sets share. It has no inline
// functions: compiled with two instruction sets, the linker would pick either.
#pragma once
#include "pairBlock.h"

/** The memory of one backend. */
struct Arena {
  float* values;
  int* indices;
  /** Their lengths. */
  double numbers;
  double integers;
  /**
   * The call that JavaScript writes: index of the kernel, number of arguments, arguments. The
   * result replaces the index.
   */
  double* call;
};

/** The largest number of arguments of a kernel. */
constexpr int MAX_ARGUMENTS = 14;

/**
 * A kernel by name. `run` reads its arguments from the arena's call and checks them; it throws
 * WrongUse before it writes anything.
 */
struct Entry {
  const char* name;
  int arguments;
  double (*run)(const Arena&);
};

/** The kernels compiled for one set of instructions. */
struct InstructionSet {
  const char* name;
  const Entry* entries;
  size_t count;
  /** Null where products of bfloat16 are those of float32, with rounded numbers. */
  const PairKernels* pairKernels;
};

struct WrongUse {
  const char* message;
};

[[noreturn]] void refuse(const char* message);

/**
 * Memory of this thread alone, at least `bytes`, at a cache line. Valid until the thread requests
 * more, or ends.
 */
float* threadMemory(size_t bytes);

/** Threads of the backend whose kernel this thread runs. */
size_t threadsOfBackend();

/** The functions for pairs of bfloat16 of the backend's instruction set; null where it has none. */
const PairKernels* pairKernelsOfBackend();

/** One chunk of the work of a kernel. */
using ChunkFunction = void (*)(const void* context, size_t chunk);

/**
 * Makes the backend's threads call chunk(context, i) for each i below `chunks`, in any order;
 * returns when all have finished.
 */
void parallelFor(size_t chunks, ChunkFunction chunk, const void* context);
