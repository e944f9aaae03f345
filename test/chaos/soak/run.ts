// npm run test:chaos -- --soak [--destination duckdb|postgres] [--minutes N] [--rate EVENTS_A_SECOND] [--out FOLDER]
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    destination: { type: 'string', default: 'duckdb' },
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '1000' },
    out: { type: 'string', default: join(tmpdir(), 'sentinel-soak') },
  },
});
const { destination, minutes, rate, out } = values;
if (destination !== 'duckdb' && destination !== 'postgres')
  throw new Error('--destination is duckdb or postgres');
const samples = await soak({ destination, minutes: Number(minutes), rate: Number(rate), out });
process.stdout.write(`${samples.length} samples in ${out}\n`);
process.exit(0);
