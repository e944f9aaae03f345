import { execFileSync, spawnSync } from 'node:child_process';

/** A network namespace with one cable to this machine, which can be pulled. */
export interface Island {
  /** This machine's end. */
  hostAddress: string;
  /** The island's end. */
  address: string;
  /** Before a command that shall run on the island. */
  command: string[];
  cut(): void;
  mend(): void;
  remove(): void;
}

/** Why there can be no islands; undefined when there can. */
export function noIslands(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (spawnSync('ip', ['-V']).status !== 0) return 'ip is not on the PATH (apt-get install iproute2)';
  const name = `snt-try-${process.pid}`;
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0)
    return 'this machine allows no network namespaces';
  ip('netns', 'del', name);
  return undefined;
}

export function makeIsland(): Island {
  const name = `snt-${process.pid}`;
  const [near, far] = [`sntn${process.pid % 100_000}`, `sntf${process.pid % 100_000}`];
  // A subnet of its own, so that two runs on one machine do not meet.
  const subnet = `10.${200 + (process.pid % 50)}.${Math.floor(process.pid / 50) % 250}`;
  const [hostAddress, address] = [`${subnet}.1`, `${subnet}.2`];
  const inside = (...args: string[]) => ip('netns', 'exec', name, 'ip', ...args);
  ip('netns', 'add', name);
  ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far);
  ip('link', 'set', far, 'netns', name);
  ip('addr', 'add', `${hostAddress}/24`, 'dev', near);
  ip('link', 'set', near, 'up');
  inside('addr', 'add', `${address}/24`, 'dev', far);
  inside('link', 'set', far, 'up');
  inside('link', 'set', 'lo', 'up');
  return {
    hostAddress,
    address,
    command: ['ip', 'netns', 'exec', name],
    cut: () => ip('link', 'set', near, 'down'),
    mend: () => ip('link', 'set', near, 'up'),
    remove() {
      spawnSync('ip', ['link', 'del', near]);
      spawnSync('ip', ['netns', 'del', name]);
    },
  };
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
