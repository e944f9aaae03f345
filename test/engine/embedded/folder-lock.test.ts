import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockFolder } from '../../../src/engine/embedded/folder-lock.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

describe('the lock of a data folder', () => {
  const leave = async (dir: string, name: string): Promise<void> => {
    await mkdir(join(dir, 'owners'), { recursive: true });
    await writeFile(join(dir, 'owners', name), '');
  };

  it('is shared within the process', async () => {
    const dir = await temporaryFolder();
    const [one, two] = await Promise.all([lockFolder(dir), lockFolder(dir)]);
    expect(await readdir(join(dir, 'owners'))).toHaveLength(2);
    await one();
    await two();
    expect(await readdir(join(dir, 'owners'))).toEqual([]);
  });

  it('is refused while another process lives, naming its pid', async () => {
    const dir = await temporaryFolder();
    await leave(dir, `${process.ppid}-unknown-x`);
    await expect(lockFolder(dir)).rejects.toMatchObject({
      code: 'data_folder_in_use',
      message: expect.stringContaining(`pid ${process.ppid}`) as unknown,
    });
  });

  it('is taken over from a dead process', async () => {
    const dir = await temporaryFolder();
    await leave(dir, `${2 ** 22 + 1}-123-x`);
    await (
      await lockFolder(dir)
    )();
    expect(await readdir(join(dir, 'owners'))).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'is taken over when the pid was given to another process',
    async () => {
      const dir = await temporaryFolder();
      await leave(dir, `${process.ppid}-1-x`);
      await leave(dir, `${process.pid}-1-x`); // as after the restart of a container
      await (
        await lockFolder(dir)
      )();
    },
  );

  it('does not mind what else lies there', async () => {
    const dir = await temporaryFolder();
    await leave(dir, '.DS_Store');
    await (
      await lockFolder(dir)
    )();
  });
});
