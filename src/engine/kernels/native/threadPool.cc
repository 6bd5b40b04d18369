#include "threadPool.h"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <exception>

namespace {

using Clock = std::chrono::steady_clock;

// Longer than one thread works alone between two shared kernels of a step (about 100 us with 256
// units): to wake a thread needs some 25 us, which may be more than a kernel gains.
constexpr auto SPIN_TIME = std::chrono::microseconds(200);
constexpr const char* NAME = "kernels";

thread_local ThreadPool* currentThreadPool = nullptr;
thread_local const PairKernels* currentPairKernels = nullptr;

void breathe() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/** Waits until the number differs from `old`: first by polling, then asleep. */
uint32_t awaitChange(const std::atomic<uint32_t>& number, uint32_t old) {
  const auto sleepAt = Clock::now() + SPIN_TIME;
  do {
    const uint32_t now = number.load(std::memory_order_acquire);
    if (now != old) return now;
    breathe();
  } while (Clock::now() < sleepAt);
  number.wait(old, std::memory_order_acquire);
  return number.load(std::memory_order_acquire);
}

/** Blocks signals for the threads started while it exists: signals are for Node. */
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }

 private:
  sigset_t before;
};

}  // namespace

void ThreadPool::setSize(size_t count) {
  if (count < threads) endHelpers();
  threads = count;
}

void ThreadPool::run(size_t chunks, ChunkFunction function, const void* with) {
  startHelpers();
  chunk = function;
  context = with;
  failure.store(nullptr, std::memory_order_relaxed);
  unfinished.store(uint32_t(chunks), std::memory_order_relaxed);
  const uint32_t call = calls.load(std::memory_order_relaxed) + 1;
  unclaimed.store(uint64_t(call) << 32 | chunks, std::memory_order_release);
  calls.store(call, std::memory_order_release);
  calls.notify_all();
  runChunks();
  for (uint32_t left = unfinished.load(std::memory_order_acquire); left > 0;) left = awaitChange(unfinished, left);
  if (const char* message = failure.load(std::memory_order_relaxed)) refuse(message);
}

void ThreadPool::startHelpers() {
  if (helpers.size() + 1 >= threads) return;
  const SignalsBlocked blocked;
  try {
    while (helpers.size() + 1 < threads) {
      helpers.emplace_back(&ThreadPool::help, this, calls.load(std::memory_order_relaxed));
      pthread_setname_np(helpers.back().native_handle(), NAME);
    }
  } catch (const std::exception&) {
    // The system has no more threads: the existing ones run everything.
    threads = helpers.size() + 1;
  }
}

void ThreadPool::endHelpers() {
  ends.store(true, std::memory_order_relaxed);
  calls.fetch_add(1, std::memory_order_release);
  calls.notify_all();
  for (std::thread& helper : helpers) helper.join();
  helpers.clear();
  ends.store(false, std::memory_order_relaxed);
}

void ThreadPool::help(uint32_t seen) {
  for (;;) {
    seen = awaitChange(calls, seen);
    if (ends.load(std::memory_order_relaxed)) return;
    runChunks();
  }
}

/** Runs chunks until all have started. */
void ThreadPool::runChunks() {
  for (size_t index; claimChunk(index);) {
    try {
      chunk(context, index);
    } catch (const WrongUse& wrong) {
      failure.store(wrong.message, std::memory_order_relaxed);
    }
    if (unfinished.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished.notify_one();
  }
}

/**
 * False when no chunk is left. An unfinished chunk keeps the call, with its chunk and context, from
 * ending.
 */
bool ThreadPool::claimChunk(size_t& index) {
  uint64_t seen = unclaimed.load(std::memory_order_acquire);
  do {
    index = size_t(seen & UINT32_MAX);
    if (index == 0) return false;
    index--;
  } while (!unclaimed.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel, std::memory_order_acquire));
  return true;
}

ThreadPoolScope::ThreadPoolScope(ThreadPool& threadPool, const PairKernels* pairKernels) {
  currentThreadPool = &threadPool;
  currentPairKernels = pairKernels;
}

ThreadPoolScope::~ThreadPoolScope() {
  currentThreadPool = nullptr;
  currentPairKernels = nullptr;
}

const PairKernels* pairKernelsOfBackend() { return currentPairKernels; }

size_t threadsOfBackend() { return currentThreadPool ? currentThreadPool->size() : 1; }

void parallelFor(size_t chunks, ChunkFunction chunk, const void* context) {
  if (chunks > 1 && currentThreadPool) return currentThreadPool->run(chunks, chunk, context);
  for (size_t i = 0; i < chunks; i++) chunk(context, i);
}
