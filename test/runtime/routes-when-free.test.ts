import { expect, it } from 'vitest';
import { SentinelError } from '../../src/model/errors.ts';
import { routesWhenFree } from '../../src/runtime/routes-when-free.ts';

it('asks a pipeline that is busy at the start again, and ends only for what is no passing trouble', async () => {
  let asked = 0;
  const busyTwice = async () => {
    if (++asked < 3) throw new SentinelError('pipeline_busy', 'ask again');
    return [{ method: 'GET', path: '/a' }];
  };
  expect(await routesWhenFree({ routes: busyTwice })).toEqual([{ method: 'GET', path: '/a' }]);
  const stopped = async () => {
    throw new SentinelError('pipeline_stopped', 'it has ended');
  };
  await expect(routesWhenFree({ routes: stopped })).rejects.toMatchObject({ code: 'pipeline_stopped' });
});
