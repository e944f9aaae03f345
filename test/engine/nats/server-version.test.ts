import { describe, expect, it } from 'vitest';
import { isBefore, unsafeCopies } from '../../../src/engine/nats/server-version.ts';

describe('which servers are safe for several copies', () => {
  it('warns of those that lose events, and names version and remedy', () => {
    for (const version of ['2.9.10', '2.9.25', '2.10.22', '1.99.99'])
      expect(unsafeCopies(version, 3)).toMatch(new RegExp(`^nats-server ${version} can lose .*2\\.10\\.23`));
    for (const version of ['2.10.23', '2.10.27', '2.11.0', '2.15.1', '3.0.0', '2.12.0-beta.1', 'dev'])
      expect(unsafeCopies(version, 3)).toBeUndefined();
    expect(unsafeCopies('2.9.10', 1)).toBeUndefined();
  });

  it('compares versions as numbers', () => {
    expect(isBefore('2.9.10', '2.10.1')).toBe(true);
    expect(isBefore('2.10.1', '2.9.10')).toBe(false);
    expect(isBefore('2.10.1', '2.10.1')).toBe(false);
  });
});
