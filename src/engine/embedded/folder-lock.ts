import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SentinelError } from '../../model/errors.ts';

/**
 * Keeps a second process out of a data folder. Every opener leaves a file of its own, named after its process
 * (pid and start time), and looks at the others': same process, share; living process, refuse; dead process,
 * sweep. Since nobody ever replaces somebody else's file, a lock left by kill -9 is taken over without a race: at
 * worst two processes that start at once refuse each other, hence the second try.
 */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const owners = join(dir, 'owners');
  await mkdir(owners, { recursive: true });
  const start = await startOf(process.pid);
  const me = `${process.pid}-${start === 'dead' ? 'unknown' : start}`; // "dead" ourselves: /proc is not mounted
  for (let attempt = 1; ; attempt++) {
    const mine = join(owners, `${me}-${randomUUID()}`);
    await writeFile(mine, '');
    const other = await livingOther(owners, me);
    if (other === undefined) return () => rm(mine, { force: true });
    await rm(mine, { force: true });
    if (attempt === 2)
      throw new SentinelError(
        'data_folder_in_use',
        `${dir} is in use by the process with pid ${other}; stop it, or take another folder (SENTINEL_DATA_DIR, --data-dir)`,
      );
    await sleep(50 + Math.random() * 100);
  }
}

async function livingOther(owners: string, me: string): Promise<number | undefined> {
  for (const name of await readdir(owners)) {
    const [pid = '', start = ''] = name.split('-');
    if (`${pid}-${start}` === me) continue;
    if (await isAlive(Number(pid), start)) return Number(pid);
    await rm(join(owners, name), { force: true });
  }
  return undefined;
}

/** A pid alone is not enough: it is reused, and in a container it is often the same after every start. */
async function isAlive(pid: number, start: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0 || !signalReaches(pid)) return false;
  return start === 'unknown' || (await startOf(pid)) === start;
}

function signalReaches(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it lives, and belongs to somebody else
  }
}

/** Start time in clock ticks since boot, `dead` (gone, or a zombie), or `unknown` where there is no /proc. */
async function startOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return 'unknown';
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command, may hold spaces and parentheses; the third, the state, follows its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'dead' : (fields[19] ?? 'unknown');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ENOENT' || code === 'ESRCH' ? 'dead' : 'unknown';
  }
}
