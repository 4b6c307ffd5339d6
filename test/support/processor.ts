/** Milliseconds of processor time that synchronous work takes: other than time by the clock it tells nothing of what else the machine does. */
export function processorTime(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
