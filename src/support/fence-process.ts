import { fenceDescriptors } from './fence-descriptors.ts';

/** Keeps foreign code in this thread from ending the process by what it may use to end itself. Returns what ends the thread. */
export function fenceProcess(): () => never {
  const { kill, pid, ppid, exit } = process;
  process.kill = (target, signal) => {
    // 0 is the group of the process, a negative number a group.
    // Signal 0 only asks.
    if (signal !== 0 && [pid, ppid, 0, -1, -pid].some((own) => String(own) === String(target)))
      throw new Error('code of a contract or step may not end the process');
    return kill.call(process, target, signal);
  };
  fenceDescriptors();
  return () => exit.call(process, 1);
}
