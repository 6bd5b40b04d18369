// Stands for native/machine.cc: a machine that has what is simulated here.
#include "machine.h"

extern const InstructionSet avx512;

#if defined(__x86_64__)
void multiplyPairsByAvx512bf16(const PairBlock& block);
void multiplyPairsByAmx(const PairBlock& block);

namespace {
const InstructionSets sets = {{avx512,
                               {"avx512bf16", avx512.entries, avx512.count, multiplyPairsByAvx512bf16},
                               {"amx", avx512.entries, avx512.count, multiplyPairsByAmx}},
                              3};
}  // namespace

#else
namespace {
const InstructionSets sets = {{avx512}, 1};
}  // namespace
#endif

const InstructionSets& instructionSetsOfThisMachine() { return sets; }
