// The addon: the interface of the kernels that are compiled for this machine.
//
//   instructionSets: names of those that this machine can run, the fastest first
//   kernels: names of the kernels, in the order of their indices
//   createArena(instructionSet, numbers, indices) ->
//     { buffer, values, indices, call, run, setThreads }
//
// `buffer` is the memory of the arena; `values`, `indices` and `call` are byte offsets in it. A
// call of a kernel crosses the boundary once: JavaScript writes the index of the kernel, the number
// of arguments and the arguments into `call` (float64), `run()` runs it, and its result replaces
// the index.
#include <node_api.h>

#include <new>

#include "threadPool.h"
#include "machine.h"
#include "memory.h"

void refuse(const char* message) { throw WrongUse{message}; }

namespace {

constexpr size_t CACHE_LINE = 64;
constexpr size_t CALL_BYTES = (2 + MAX_ARGUMENTS) * sizeof(double);
// Kernels read whole vectors: up to two of 64 bytes past the end of a matrix (READ_AHEAD in
// cpp/simd.h).
constexpr size_t READ_AHEAD_BYTES = 128;
// More than any machine has, and far below the overflow of sizes in bytes.
constexpr double MAX_NUMBERS = double(size_t(1) << 44);
// Far more than speed up one training; the schema of `training.threads` has the same limit.
constexpr double MAX_THREADS = 256;

/** The memory, kernels and threads of a backend. JavaScript's buffer and functions refer to it. */
struct Backend {
  Arena arena;
  const InstructionSet* set;
  ArenaMemory memory;
  ThreadPool threadPool{};
  int references = 0;
};

/**
 * Reports memory that the garbage collector cannot see. Without it, the arenas of many small
 * trainings would not be collected.
 */
void adjustExternalMemory(napi_env env, int64_t bytes) {
  int64_t all = 0;
  napi_adjust_external_memory(env, bytes, &all);
}

void release(napi_env env, Backend* backend) {
  if (--backend->references > 0) return;
  adjustExternalMemory(env, -int64_t(backend->memory.mappedBytes));
  unmapArena(backend->memory);
  delete backend;
}

void releaseBuffer(napi_env env, void*, void* backend) { release(env, static_cast<Backend*>(backend)); }
void releaseFunction(napi_env env, void* backend, void*) { release(env, static_cast<Backend*>(backend)); }

napi_value throwRangeError(napi_env env, const char* message) {
  napi_throw_range_error(env, nullptr, message);
  return nullptr;
}

/** Runs the kernel of the call. Throws RangeError for arguments outside of the arena. */
napi_value run(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  auto* backend = static_cast<Backend*>(data);
  double* call = backend->arena.call;
  const InstructionSet& set = *backend->set;
  if (!(call[0] >= 0 && call[0] < double(set.count))) return throwRangeError(env, "There is no such kernel.");
  const Entry& entry = set.entries[size_t(call[0])];
  if (call[1] != entry.arguments) return throwRangeError(env, "The kernel has another number of arguments.");
  const ThreadPoolScope scope(backend->threadPool, backend->set->pairKernels);
  try {
    call[0] = entry.run(backend->arena);
  } catch (const WrongUse& wrong) {
    return throwRangeError(env, wrong.message);
  }
  return nullptr;
}

/** A count, or -1 for any other value. */
double readCount(napi_env env, napi_value value) {
  double count = -1;
  if (napi_get_value_double(env, value, &count) != napi_ok) return -1;
  return count >= 0 && count <= MAX_NUMBERS && count == double(size_t(count)) ? count : -1;
}

/** setThreads(count): surplus helpers have ended when it returns. */
napi_value setThreads(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, &argument, nullptr, &data);
  const double threads = readCount(env, argument);
  if (!(threads >= 1 && threads <= MAX_THREADS)) return throwRangeError(env, "A backend has 1 to 256 threads.");
  static_cast<Backend*>(data)->threadPool.setSize(size_t(threads));
  return nullptr;
}

size_t atCacheLine(size_t bytes) { return (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE; }

void setNumber(napi_env env, napi_value object, const char* name, size_t number) {
  napi_value value;
  napi_create_double(env, double(number), &value);
  napi_set_named_property(env, object, name, value);
}

/**
 * Gives the arena a function that refers to the backend. Returns false when it cannot be created.
 */
bool setMethod(napi_env env, napi_value arena, const char* name, napi_callback callback, Backend* backend) {
  napi_value function;
  backend->references++;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, backend, &function) != napi_ok ||
      napi_add_finalizer(env, function, backend, releaseFunction, nullptr, nullptr) != napi_ok) {
    release(env, backend);
    return false;
  }
  return napi_set_named_property(env, arena, name, function) == napi_ok;
}

/** The object that JavaScript gets for a backend, or null with a pending exception. */
napi_value describe(napi_env env, Backend* backend, size_t bytes) {
  unsigned char* start = backend->memory.start;
  napi_value buffer, arena;
  backend->references++;
  adjustExternalMemory(env, int64_t(backend->memory.mappedBytes));
  if (napi_create_external_arraybuffer(env, start, bytes, releaseBuffer, backend, &buffer) != napi_ok) {
    release(env, backend);
    return throwRangeError(env, "The memory of the arena cannot be shared with JavaScript.");
  }
  napi_create_object(env, &arena);
  napi_set_named_property(env, arena, "buffer", buffer);
  if (!setMethod(env, arena, "run", run, backend) || !setMethod(env, arena, "setThreads", setThreads, backend)) {
    return throwRangeError(env, "The functions of the arena cannot be created.");
  }
  setNumber(env, arena, "values", reinterpret_cast<unsigned char*>(backend->arena.values) - start);
  setNumber(env, arena, "indices", reinterpret_cast<unsigned char*>(backend->arena.indices) - start);
  setNumber(env, arena, "call", reinterpret_cast<unsigned char*>(backend->arena.call) - start);
  return arena;
}

/** The instruction set of that name on this machine, or null. */
const InstructionSet* findSet(napi_env env, napi_value name) {
  char text[16] = {};
  if (napi_get_value_string_utf8(env, name, text, sizeof(text), nullptr) != napi_ok) return nullptr;
  const InstructionSets& sets = instructionSetsOfThisMachine();
  for (size_t i = 0; i < sets.count; i++) {
    if (__builtin_strcmp(sets.of[i].name, text) == 0) return &sets.of[i];
  }
  return nullptr;
}

/**
 * createArena(instructionSet, numbers, indices): zeroed. Throws RangeError when the memory is not
 * available.
 */
napi_value createArena(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  const InstructionSet* set = findSet(env, arguments[0]);
  if (!set) return throwRangeError(env, "This machine has no such instruction set.");
  const double numbers = readCount(env, arguments[1]), integers = readCount(env, arguments[2]);
  if (numbers < 0 || integers < 0) return throwRangeError(env, "The size of an arena is an integer from 0 to 2^44.");

  const size_t indices = atCacheLine(CALL_BYTES);
  const size_t values = atCacheLine(indices + size_t(integers) * sizeof(int));
  const size_t bytes = atCacheLine(values + size_t(numbers) * sizeof(float) + READ_AHEAD_BYTES);
  const ArenaMemory memory = mapArena(bytes);
  if (!memory.start) return throwRangeError(env, "There is no memory for the arena.");
  auto* backend = new (std::nothrow) Backend{{}, set, memory};
  if (!backend) {
    unmapArena(memory);
    return throwRangeError(env, "There is no memory for the arena.");
  }
  backend->arena = {reinterpret_cast<float*>(memory.start + values), reinterpret_cast<int*>(memory.start + indices), numbers,
                   integers, reinterpret_cast<double*>(memory.start)};
  return describe(env, backend, bytes);
}

void setFunction(napi_env env, napi_value object, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, object, name, function);
}

void setElement(napi_env env, napi_value array, size_t index, const char* text) {
  napi_value value;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  napi_set_element(env, array, uint32_t(index), value);
}

}  // namespace

// Loaded once in each thread that requires it; threads share nothing.
NAPI_MODULE_INIT() {
  const InstructionSets& sets = instructionSetsOfThisMachine();
  napi_value names, kernels;
  napi_create_array(env, &names);
  for (size_t i = 0; i < sets.count; i++) setElement(env, names, i, sets.of[i].name);
  napi_create_array(env, &kernels);
  for (size_t i = 0; i < sets.of[0].count; i++) setElement(env, kernels, i, sets.of[0].entries[i].name);
  napi_set_named_property(env, exports, "instructionSets", names);
  napi_set_named_property(env, exports, "kernels", kernels);
  setFunction(env, exports, "createArena", createArena);
  return exports;
}
