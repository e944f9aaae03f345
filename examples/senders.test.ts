import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { presets } from '../src/sources/verify/presets.ts';
import { post, query, runCommand, settled } from '../test/helpers/sentinel.ts';
import { startHere } from '../test/helpers/service-here.ts';

/** The examples of senders: a signed sample of each lands, sent twice is one row, and a forged one is refused. */
const secret = 'a secret of the sender';
const senders: { name: string; env: string; headers: Record<string, string>; table: string }[] = [
  { name: 'stripe', env: 'STRIPE_WEBHOOK_SECRET', headers: {}, table: 'stripe_event' },
  {
    name: 'shopify',
    env: 'SHOPIFY_WEBHOOK_SECRET',
    headers: { 'x-shopify-topic': 'orders/create', 'x-shopify-webhook-id': 'w-1' },
    table: 'shopify_order',
  },
  {
    name: 'github',
    env: 'GITHUB_WEBHOOK_SECRET',
    headers: { 'x-github-event': 'issues', 'x-github-delivery': 'd-1' },
    table: 'gh_issue',
  },
  { name: 'slack', env: 'SLACK_SIGNING_SECRET', headers: {}, table: 'slack_event' },
];

describe.each(senders)('examples/$name', ({ name, env, headers, table }) => {
  it('a signed sample lands once, a forged one nowhere', async () => {
    const here = new URL(`./${name}/`, import.meta.url);
    const files: Record<string, string> = {};
    for (const file of await readdir(new URL('contracts/', here)))
      files[`contracts/${file}`] = await readFile(new URL(`contracts/${file}`, here), 'utf8');
    const config = parse(await readFile(new URL('sentinel-config.yaml', here), 'utf8')) as object;
    const sentinel = await startHere({ config, env: { [env]: secret }, files });
    try {
      const body = await readFile(new URL('sample.json', here), 'utf8');
      const deliver = (key: string) => {
        const { sign } = presets.get(name)!.create({ type: name, secrets: [key] });
        const path = `/ingest/${name}`;
        const signed = sign!({ method: 'POST', url: path, body: Buffer.from(body), now: Date.now() });
        return post(sentinel.url + path, body, { ...headers, ...signed.headers });
      };
      expect((await deliver('guessed')).status).toBe(401);
      const first = (await (await deliver(secret)).json()) as { request_id: string };
      expect(await (await deliver(secret)).json()).toEqual(first);
      expect(await settled(sentinel.url, first.request_id)).toMatchObject({
        status: 'loaded',
        contract: table,
      });
      expect(await query(sentinel.url, `select _source, count(*) as n from ${table} group by 1`)).toEqual([
        { _source: name, n: 1 },
      ]);
      const args = ['sources', 'test', name, '--url', sentinel.url, '--body', body];
      const topic = Object.entries(headers).flatMap(([key, value]) => ['--header', `${key}=${value}`]);
      const tested = await runCommand(sentinel.dir, [...args, ...topic], { [env]: secret });
      expect(tested).toMatchObject({ code: 0, out: expect.stringContaining('accepted (202)') as string });
      const wrong = await runCommand(sentinel.dir, [...args, ...topic], { [env]: 'guessed' });
      expect(wrong).toMatchObject({ code: 1, out: expect.stringContaining('refused (401)') as string });
      const listed = await runCommand(sentinel.dir, ['sources', 'list', '--json'], { [env]: secret });
      expect(JSON.parse(listed.out)).toMatchObject([{ source: name, verified_by: name }]);
      expect(listed.out + tested.out + wrong.out).not.toContain(secret);
    } finally {
      await sentinel.stop();
    }
  });
});
