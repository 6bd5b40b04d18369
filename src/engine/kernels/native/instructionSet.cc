// One instruction set: compiled once for each, with its compiler flags, INSTRUCTION_SET (the name)
// and the sizes of its vectors and tiles. All symbols are local to this unit, so that none of its
// code runs on a machine without those instructions.
#include "instructionSet.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace {
#define THREAD_MEMORY(bytes) threadMemory(bytes)
#define THREADS() threadsOfBackend()
// Instruction sets with instructions for pairs of bfloat16 have this width.
#if VECTOR_BYTES == 64
#define PAIR_KERNELS() pairKernelsOfBackend()
#endif
#define PARALLEL_FOR(chunks, chunk, context) parallelFor(chunks, chunk, context)
#include "../cpp/kernels.cc"
#include "call.h"
// Generated from the signatures: ENTRIES, the kernels by name.
#include "entries.h"
}  // namespace

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

extern const InstructionSet INSTRUCTION_SET;
const InstructionSet INSTRUCTION_SET = {TEXT(INSTRUCTION_SET), ENTRIES, sizeof(ENTRIES) / sizeof(ENTRIES[0]), nullptr};
