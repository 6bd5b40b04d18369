// What the addon and the translation units of its instruction sets know of each other. No inline function stands here: compiled with
// two sets of instructions, the linker would keep either.
#pragma once
#include "pairBlock.h"

/** The memory of one player. */
struct Arena {
  float* values;
  int* indices;
  /** How many of each. */
  double numbers;
  double integers;
  /** What JavaScript hands over: which kernel, how many arguments, the arguments; what a kernel returns comes back in the first place. */
  double* call;
};

/** Arguments of the kernel that has most of them. */
constexpr int MAX_ARGUMENTS = 13;

/** A kernel by name: it reads its arguments from the arena's call, checks them, and throws WrongUse before anything is touched. */
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
  /** Null where products of bfloat16 are float32's, of rounded numbers. */
  const PairKernels* pairKernels;
};

struct WrongUse {
  const char* message;
};

[[noreturn]] void refuse(const char* message);

/** Memory of this thread alone, `bytes` of it or more, at a cache line. It stays the thread's until it asks for more, or ends. */
float* threadMemory(size_t bytes);

/** How many threads the player has whose kernel this thread plays. */
size_t threadsOfBackend();

/** What the instruction set of that player has for pairs of bfloat16; null where it has nothing. */
const PairKernels* pairKernelsOfBackend();

/** One chunk of what a kernel does. */
using ChunkFunction = void (*)(const void* context, size_t chunk);

/** Has the player's threads call chunk(context, i) for each i below `chunks`, in any order; returns when all are done. */
void parallelFor(size_t chunks, ChunkFunction chunk, const void* context);
