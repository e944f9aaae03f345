import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commentedYaml } from '../../src/config/commented-yaml.ts';
import { settingsSchema } from '../../src/config/schema.ts';

const text = commentedYaml();

describe('the config file with comments', () => {
  it('is the one that is shipped (else: npm run docs:config)', async () => {
    expect(await readFile(new URL('../../sentinel-config.yaml', import.meta.url), 'utf8')).toBe(text);
  });

  it('says the defaults behind one #', () => {
    const defaults = text.replaceAll(/^# (?=[ a-z_]+:(?: |$))/gm, '').replaceAll(/^#.*$/gm, '');
    expect(settingsSchema.parse(parse(defaults))).toEqual(settingsSchema.parse({}));
    expect(Object.keys(parse(defaults) as object).length).toBeGreaterThan(12);
  });

  it('gives examples behind two that the schema takes', () => {
    const settings = text.replaceAll(/^##? (?=[ a-z_-]+)/gm, '').replaceAll(/: \{\}.*\n(?= )/g, ':\n');
    const [, ...sections] = settings.split('\n\n');
    // Each type of destination is a section of its own.
    const single = sections.flatMap((section) => section.split(/\n(?=destination:)/));
    expect(single.length).toBeGreaterThan(20);
    for (const section of single) {
      const result = settingsSchema.safeParse(parse(section, { uniqueKeys: false }));
      expect(result.error?.issues, section).toBeUndefined();
    }
  });
});
