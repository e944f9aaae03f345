import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { senders, snippetOf } from '../../console/src/pages/sources/senders.ts';
import { presets } from '../../src/sources/verify/presets.ts';

it('the console connects every sender that can be verified, with settings that are right', () => {
  const types = senders.map(({ type }) => type);
  expect(types.toSorted()).toEqual([...presets.keys()].filter((type) => type !== 'none').toSorted());
});

it.each(senders.map((sender) => [sender.type, sender] as const))('%s', (type, sender) => {
  const { sources } = parse(snippetOf(sender, 'mine')) as {
    sources: { mine: { verify: Record<string, unknown> } };
  };
  const { verify } = sources.mine;
  const { needs } = presets.get(type)!;
  for (const setting of needs) {
    const key = setting === 'secret' ? 'secret_env' : setting === 'password' ? 'password_env' : setting;
    expect(verify, setting).toHaveProperty(key);
  }
  expect(JSON.stringify(verify)).not.toContain('{name}');
});
