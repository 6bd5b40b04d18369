/** How often a command under npm checks that its shell is alive. */
const CHECK_MS = 250;

/**
 * Sends this process SIGTERM when its parent process ends. For commands started by npm: `npx` and
 * `npm run` send SIGTERM and SIGINT to a shell, which exits without forwarding them.
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
