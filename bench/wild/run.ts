import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { fetched, installed } from './sources.ts';
import { type Tried, tryOut } from './try.ts';

/** `npm run bench:wild`: schemas as vendors publish them, as contracts. */
const folder = new URL('../../node_modules/.cache/wild', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
copyFileSync(new URL('./packages.json', import.meta.url), `${folder}/package.json`);
execFileSync('npm', ['install', '--ignore-scripts', '--no-fund', '--no-audit', '--silent'], {
  cwd: folder,
  stdio: 'inherit',
});

const byOrigin = new Map<string, Tried[]>();
for (const wild of [...installed(), ...fetched(folder)]) {
  const tried = tryOut(wild);
  byOrigin.set(wild.origin, [...(byOrigin.get(wild.origin) ?? []), tried]);
}
console.log('| schemas | loaded | refused | payloads | judged alike |\n| --- | --- | --- | --- | --- |');
for (const [origin, all] of byOrigin) {
  const refused = all.filter((one) => one.refused !== undefined);
  const sound = all.filter((one) => one.refused === undefined);
  const payloads = sound.reduce((sum, one) => sum + one.payloads, 0);
  const differ = sound.reduce((sum, one) => sum + one.differ.length, 0);
  console.log(
    `| ${origin}: ${all.length} | ${sound.length} | ${refused.length} | ${payloads} | ${payloads - differ} |`,
  );
}
for (const { wild, refused, differ } of [...byOrigin.values()].flat()) {
  if (refused !== undefined) console.log(`refused: ${wild.origin}, ${wild.name}: ${refused}`);
  for (const message of differ) console.log(`differs: ${wild.origin}, ${wild.name}: ${message}`);
}
