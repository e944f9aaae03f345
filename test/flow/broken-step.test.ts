import { mkdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'vitest';
import { openEmbeddedEngine } from '../../src/engine/embedded/index.ts';
import { encodeRecord } from '../../src/ingest/record.ts';
import { createRequestIds } from '../../src/ingest/request-id.ts';
import { transaction } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { prepareGround } from './ground.ts';

it('a step that can not be used any more ends no start, and what it has read before waits for it', async () => {
  const ground = await prepareGround(
    (dir) => openEmbeddedEngine({ dir, writer: 'main' }),
    (dir) => {
      mkdirSync(join(dir, 'steps'));
      writeFileSync(join(dir, 'sentinel-config.yaml'), 'contracts_strict: false\n');
      return {};
    },
  );
  const { engine } = ground;
  const step = join(ground.dir, 'steps', 'tells.step.mjs');
  const sound = `
    export const config = { name: 'tells', description: 'd', triggers: [{ type: 'queue', topic: 'validated_data' }], flows: [] };
    export const handler = async (message, { state }) => state.put(message.request_id, 1);`;
  const nextId = createRequestIds();
  const send = async (): Promise<string> => {
    const id = nextId(1);
    await engine.publish('raw_event', [
      { body: encodeRecord({ id, at: Date.now(), n: 1 }, JSON.stringify(transaction())), events: 1 },
    ]);
    return id;
  };
  const handled = (id: string) => until(async () => (await engine.state.get(`steps/tells/${id}`)) === 1);

  await writeFile(step, sound);
  await ground.start();
  await handled(await send());
  await ground.stop();

  await writeFile(step, `${sound}\nthrow new Error('no env X');`);
  await ground.start();
  const waits = await send();
  const waiting = async () => {
    const topic = (await engine.stats()).find((stats) => stats.topic === 'validated_data');
    return topic?.groups.find(({ group }) => group === 'tells')?.pending;
  };
  await until(async () => (await waiting()) === 1);
  await ground.stop();

  await writeFile(step, sound);
  await ground.start();
  await handled(waits);
});
