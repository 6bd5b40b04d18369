#include "crew.h"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <exception>

namespace {

using Clock = std::chrono::steady_clock;

// Longer than what one thread does alone between two kernels of a step that are worth sharing (about 100 us with 256 units): to wake a
// thread takes some 25 us, and what a kernel gains may be less.
constexpr auto AWAKE = std::chrono::microseconds(200);
constexpr const char* NAME = "kernels";

thread_local Crew* crewOfThisThread = nullptr;
thread_local const PairKernels* pairKernelsOfThisThread = nullptr;

void breathe() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/** Waits until the number is another than `old`, awake for a while, then asleep. */
uint32_t awaitChange(const std::atomic<uint32_t>& number, uint32_t old) {
  const auto sleepAt = Clock::now() + AWAKE;
  do {
    const uint32_t now = number.load(std::memory_order_acquire);
    if (now != old) return now;
    breathe();
  } while (Clock::now() < sleepAt);
  number.wait(old, std::memory_order_acquire);
  return number.load(std::memory_order_acquire);
}

/** No signal comes to the threads that are started as long as it lives: those are for Node's. */
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

void Crew::setSize(size_t count) {
  if (count < threads) endHelpers();
  threads = count;
}

void Crew::play(size_t pieces, Piece toPlay, const void* with) {
  startHelpers();
  piece = toPlay;
  context = with;
  failure.store(nullptr, std::memory_order_relaxed);
  undone.store(uint32_t(pieces), std::memory_order_relaxed);
  const uint32_t call = calls.load(std::memory_order_relaxed) + 1;
  untaken.store(uint64_t(call) << 32 | pieces, std::memory_order_release);
  calls.store(call, std::memory_order_release);
  calls.notify_all();
  playPieces();
  for (uint32_t left = undone.load(std::memory_order_acquire); left > 0;) left = awaitChange(undone, left);
  if (const char* message = failure.load(std::memory_order_relaxed)) refuse(message);
}

void Crew::startHelpers() {
  if (helpers.size() + 1 >= threads) return;
  const SignalsBlocked blocked;
  try {
    while (helpers.size() + 1 < threads) {
      helpers.emplace_back(&Crew::help, this, calls.load(std::memory_order_relaxed));
      pthread_setname_np(helpers.back().native_handle(), NAME);
    }
  } catch (const std::exception&) {
    // The system has no more threads: those that there are play all.
    threads = helpers.size() + 1;
  }
}

void Crew::endHelpers() {
  ends.store(true, std::memory_order_relaxed);
  calls.fetch_add(1, std::memory_order_release);
  calls.notify_all();
  for (std::thread& helper : helpers) helper.join();
  helpers.clear();
  ends.store(false, std::memory_order_relaxed);
}

void Crew::help(uint32_t seen) {
  for (;;) {
    seen = awaitChange(calls, seen);
    if (ends.load(std::memory_order_relaxed)) return;
    playPieces();
  }
}

/** Plays pieces until all are taken. */
void Crew::playPieces() {
  for (size_t taken; takePiece(taken);) {
    try {
      piece(context, taken);
    } catch (const WrongUse& wrong) {
      failure.store(wrong.message, std::memory_order_relaxed);
    }
    if (undone.fetch_sub(1, std::memory_order_acq_rel) == 1) undone.notify_one();
  }
}

/** False when none is left. What is taken keeps the call, with its piece and context, from ending. */
bool Crew::takePiece(size_t& taken) {
  uint64_t seen = untaken.load(std::memory_order_acquire);
  do {
    taken = size_t(seen & UINT32_MAX);
    if (taken == 0) return false;
    taken--;
  } while (!untaken.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel, std::memory_order_acquire));
  return true;
}

Playing::Playing(Crew& crew, const PairKernels* pairKernels) {
  crewOfThisThread = &crew;
  pairKernelsOfThisThread = pairKernels;
}

Playing::~Playing() {
  crewOfThisThread = nullptr;
  pairKernelsOfThisThread = nullptr;
}

const PairKernels* pairKernelsOfPlayer() { return pairKernelsOfThisThread; }

size_t threadsOfPlayer() { return crewOfThisThread ? crewOfThisThread->size() : 1; }

void playTogether(size_t pieces, Piece piece, const void* context) {
  if (pieces > 1 && crewOfThisThread) return crewOfThisThread->play(pieces, piece, context);
  for (size_t i = 0; i < pieces; i++) piece(context, i);
}
