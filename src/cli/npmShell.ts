/** How often a command under npm checks that its shell is alive. */
const CHECK_MS = 250;

/**
 * Sends this process SIGTERM when the process that started it ends. For commands that npm started:
 * `npx` and `npm run` pass SIGTERM and SIGINT to a shell, and that shell ends without passing them
 * on.
 */
export function endWithParent(): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, CHECK_MS);
  timer.unref();
}
