// What 300 contracts cost until the service is ready: written in JSON Schema and in TypeScript, at a first start and at the next.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSentinel } from '../sentinel-process.mjs';

export const everyRound = true;
const count = 300;

export async function run({ figures }) {
  await measure(figures, 'no contracts', () => undefined);
  await measure(figures, `${count} contracts in JSON Schema`, writeJsonSchemas);
  await measure(figures, `${count} contracts in TypeScript`, writeModules);
}

async function measure(figures, name, write) {
  const sentinel = await startSentinel({
    config: { contracts: ['./contracts'] },
    prepare(data) {
      const folder = join(data, '../contracts');
      mkdirSync(folder);
      write(folder);
    },
  });
  const record = (start) =>
    figures.record(`${name}, CPU to ready, ${start} start (s)`, sentinel.cpuSeconds());
  await sentinel.ready();
  record('first');
  await sentinel.crashAndRestart();
  record('next');
  await sentinel.stop();
}

/** As publishers write them: some twenty fields, of which some are nested. */
export function writeJsonSchemas(folder, count = 300) {
  for (let at = 0; at < count; at++) {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      'x-contract': { name: `thing_${at}`, version: '1.0.0', key: 'id' },
      type: 'object',
      required: ['id', 'total', 'lines'],
      properties: {
        id: { type: 'string', format: 'uuid' },
        total: { type: 'number', multipleOf: 0.01, minimum: 0 },
        placed_at: { type: 'string', format: 'date-time' },
        email: { type: 'string', format: 'email' },
        state: { enum: ['open', 'paid', 'gone'] },
        lines: { type: 'array', items: { $ref: '#/$defs/line' } },
        address: { $ref: '#/$defs/address' },
        ...Object.fromEntries(
          Array.from({ length: 12 }, (_, n) => [`field_${n}`, { type: ['string', 'null'], maxLength: 200 }]),
        ),
      },
      $defs: {
        line: {
          type: 'object',
          required: ['sku', 'quantity'],
          properties: { sku: { type: 'string' }, quantity: { type: 'integer' }, price: { type: 'number' } },
        },
        address: {
          type: 'object',
          properties: { city: { type: 'string' }, zip: { type: 'string', pattern: '^[0-9]{5}$' } },
        },
      },
    };
    writeFileSync(join(folder, `thing_${at}.schema.json`), JSON.stringify(schema, null, 2));
  }
}

function writeModules(folder) {
  const more = Array.from({ length: 12 }, (_, n) => `    field_${n}: z.string().max(200).nullish(),`).join(
    '\n',
  );
  for (let at = 0; at < count; at++)
    writeFileSync(
      join(folder, `thing_${at}.ts`),
      `import { datetime, decimal, defineContract, email, integer, uuid, z } from 'data-sentinel';

interface Money { amount: number; currency: string }
const line = z.object({ sku: z.string(), quantity: integer({ positive: true }), price: decimal() });
const address = z.object({ city: z.string(), zip: z.string().regex(/^[0-9]{5}$/) });
export type Line = z.infer<typeof line> & Partial<Money>;

export default defineContract({
  name: 'thing_${at}',
  version: '1.0.0',
  key: 'id',
  schema: z.object({
    id: uuid(),
    total: decimal({ nonnegative: true }),
    placed_at: datetime().optional(),
    email: email(),
    state: z.enum(['open', 'paid', 'gone'] as const),
    lines: z.array(line),
    address: address.optional(),
${more}
  }),
});
`,
    );
}
