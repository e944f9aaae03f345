// Builds the JavaScript of dist/: the service, what the package exports, and the contracts and steps that it ships. Types are tsc's.
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

process.chdir(join(import.meta.dirname, '..'));

const entries = {
  cli: 'cli',
  // What users import.
  index: 'index',
  conformance: 'conformance/destination',
  'destination-kit': 'load/destination-kit/index',
  testing: 'testing/index',
  // Threads and processes: see `builtFile`.
  worker: 'runtime/worker',
  'import-thread': 'runtime/import-thread',
  'import-process': 'runtime/import-process',
  'examine-process': 'engine/embedded/examine-process',
  'judge-thread': 'contracts/apart/judge-thread',
  'judge-process': 'contracts/apart/judge-process',
  'step-thread': 'steps/apart/step-thread',
  'step-process': 'steps/apart/step-process',
};

const filesIn = (folder) => readdirSync(folder, { recursive: true }).map((file) => `${folder}/${file}`);

/** Other files are what these import. */
const isContractOrStep = (file) =>
  file.endsWith('.step.ts') || (file.endsWith('.ts') && /^export default /m.test(readFileSync(file, 'utf8')));

/** A start looks for them in their folder: see `shippedFolder`. */
const shipped = ['contracts', 'steps', 'src/demo/contracts']
  .flatMap(filesIn)
  .filter(isContractOrStep)
  .map((file) => ({ in: file, out: `shipped/${file.slice(0, -'.ts'.length)}` }));

const { metafile } = await build({
  entryPoints: [...Object.entries(entries).map(([out, file]) => ({ in: `src/${file}.ts`, out })), ...shipped],
  outdir: 'dist',
  bundle: true,
  // A few large files, as a start spends its time on finding and reading modules. What entries share stands in a file of
  // its own: no module is there twice in a thread.
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  sourcesContent: false,
  metafile: true,
});

// What a build before has left.
for (const file of filesIn('dist')) {
  const isConsole = file.startsWith('dist/console/');
  if (/\.js(\.map)?$/.test(file) && !isConsole && !(file in metafile.outputs)) rmSync(file);
}
