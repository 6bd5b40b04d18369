#pragma once
#include "instructionSet.h"

constexpr size_t MAX_SETS = 5;

struct InstructionSets {
  InstructionSet of[MAX_SETS];
  size_t count;
};

/** The instruction sets that this machine can run, the fastest first. */
const InstructionSets& instructionSetsOfThisMachine();
