import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { palettePng } from './palette-png.mjs';

// Takes docs/console/*.png from the demo stream: each page in the light and the dark theme, and on a phone.
// npm run screenshots [name …]   CHROMIUM=/path/to/chromium

const root = join(import.meta.dirname, '..');
const out = join(root, 'docs/console');
/** How long the stream runs before, so that charts have something to show. */
const warmUpMs = Number(process.env.WARM_UP_SECONDS ?? 150) * 1000;

const views = [
  { suffix: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { suffix: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { suffix: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
];

/** What to do on a page before the picture is taken. */
async function correct(page) {
  const editor = page.getByRole('textbox', { name: 'The event as JSON' });
  await editor.fill((await editor.innerText()).replace('"price"', '"amount"'));
  await page.getByText('Dry run').waitFor();
}
async function send(page) {
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.way').getByText('Repaired').waitFor();
}

async function pagesOf(url) {
  const items = async (path) => (await (await fetch(`${url}/api/v1/${path}`)).json()).items;
  const groups = await items('dead-letters/groups');
  const group =
    groups.find(({ violations }) => violations[0]?.path === '/amount' && violations[0].code === 'required') ??
    groups[0];
  const [event] = await items('events?status=repaired&source=legacy-pos&limit=1');
  const rules = await items('rules');
  const rule = rules.toSorted((a, b) => b.hits - a.hits)[0];
  const query = `contract=${group.contract}&source=${group.source}`;
  return [
    { name: 'flow', path: '/flow', ready: '.step-node' },
    { name: 'step', path: '/flow?step=validator', ready: '.log-open' },
    { name: 'events', path: '/events', ready: '.row-link' },
    { name: 'trail', path: `/events/${event.request_id}`, ready: '.changes' },
    { name: 'logs', path: '/logs', ready: '.log-open' },
    { name: 'dead-letters', path: '/dead-letters', ready: '.row-link' },
    { name: 'group', path: `/dead-letters/group/${group.signature}?${query}`, ready: '.row-link' },
    { name: 'letter', path: `/dead-letters/${group.sample_id}`, ready: '.cm-content', act: correct },
    { name: 'rules', path: '/rules', ready: '.row-link' },
    { name: 'rule', path: `/rules/${rule.id}`, ready: '.row-link' },
    { name: 'contract', path: '/contracts/order', ready: '.diff-lines' },
    { name: 'sources', path: '/sources?source=legacy-pos', ready: '.time-chart canvas' },
    { name: 'test', path: '/test?contract=transaction&template=renamed', ready: '.cm-content', act: send },
    { name: 'state', path: '/state?group=rules', ready: '.state-key' },
    { name: 'overview', path: '/', ready: '.time-chart canvas' },
  ];
}

const folder = await mkdtemp(join(tmpdir(), 'sentinel-screenshots-'));
const service = spawn(process.execPath, [join(root, 'dist/cli.js'), 'start', '--demo', '--port', '0'], {
  cwd: folder,
  env: { PATH: process.env.PATH },
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--force-color-profile=srgb'],
});
const canvas = await browser.newPage();

/** The browser reads the pixels of a PNG. */
async function smaller(png) {
  const { width, height, pixels } = await canvas.evaluate(async (text) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob());
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    let binary = '';
    for (let at = 0; at < data.length; at += 32_768)
      binary += String.fromCharCode(...data.subarray(at, at + 32_768));
    return { width, height, pixels: btoa(binary) };
  }, png.toString('base64'));
  return palettePng(Buffer.from(pixels, 'base64'), width, height);
}

try {
  const url = await new Promise((resolve, reject) => {
    let text = '';
    service.stdout.on('data', (chunk) => {
      const found = /"url":"([^"]+)"/.exec((text += chunk))?.[1];
      if (found !== undefined) resolve(found);
    });
    service.once('exit', () => reject(new Error(`the service ended:\n${text}`)));
  });
  console.log(`the demo runs at ${url}; waiting ${warmUpMs / 1000} s`);
  await sleep(warmUpMs);
  await mkdir(out, { recursive: true });
  const wanted = process.argv.slice(2);
  const pages = (await pagesOf(url)).filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  for (const { suffix, ...view } of views) {
    const context = await browser.newContext({ ...view, reducedMotion: 'reduce' });
    const page = await context.newPage();
    for (const { name, path, ready, act } of pages) {
      await page.goto(`${url}/console${path}`);
      await page.locator(ready).first().waitFor();
      await act?.(page);
      await sleep(name === 'overview' ? 12_000 : 1500);
      await writeFile(join(out, `${name}-${suffix}.png`), await smaller(await page.screenshot()));
    }
    await context.close();
  }
} finally {
  await browser.close();
  service.kill('SIGTERM');
  await new Promise((resolve) => (service.exitCode === null ? service.once('exit', resolve) : resolve()));
  await rm(folder, { recursive: true, force: true });
}
