/** Milliseconds that this process has worked since the call: other processes of a busy machine do not count. */
export function measureWork(): () => number {
  const start = process.cpuUsage();
  return () => process.cpuUsage(start).user / 1000;
}
