import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

// Builds the console into dist/console, unless it was built after its newest source: most builds change only the server.

const here = import.meta.dirname;

/** What the page shares with the server. */
const shared = [
  'repair/plans/describe-plan.ts',
  'contracts/zod/describe-schema.ts',
  'contracts/json-schema/refs.ts',
  'contracts/violation.ts',
  'model/json.ts',
  'api/client.ts',
].map((file) => `../src/${file}`);

/** Milliseconds; a folder's own time tells of files that were removed. */
function newest(path) {
  const { mtimeMs } = statSync(path);
  const children = readdirSync(path, { withFileTypes: true });
  return Math.max(
    mtimeMs,
    ...children.map((child) => {
      const at = join(path, child.name);
      return child.isDirectory() ? newest(at) : statSync(at).mtimeMs;
    }),
  );
}

const built = statSync(join(here, '../dist/console/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = [
  newest(join(here, 'src')),
  ...['index.html', 'package.json', 'vite.config.ts', 'licenses.ts', ...shared].map(
    (file) => statSync(join(here, file)).mtimeMs,
  ),
];

if (Math.max(...sources) > built) {
  const { build } = await import('vite');
  await build({ configFile: join(here, 'vite.config.ts'), logLevel: 'warn' });
}
