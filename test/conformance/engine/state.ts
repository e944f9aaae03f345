import type { Json } from '../../../src/model/json.ts';
import { describe, expect, it } from 'vitest';
import type { StateChange } from '../../../src/engine/engine.ts';
import { numbers } from './helpers.ts';
import { until } from '../../helpers/until.ts';
import type { Subject } from './subject.ts';

/** The state store. */
export function stateSuite(subject: Subject): void {
  const { reopen } = subject;

  describe('state', () => {
    it('keeps JSON values', async () => {
      const values: Json[] = [null, true, 0, -1.5, 'ünï', [], {}, { a: [1, { b: null }] }];
      for (const [i, value] of values.entries()) await subject.engine.state.put(`key-${i}`, value);
      for (const [i, value] of values.entries())
        expect(await subject.engine.state.get(`key-${i}`)).toEqual(value);
      expect(await subject.engine.state.get('no-such-key')).toBeUndefined();
    });

    it('does not mistake hostile names for something else', async () => {
      const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as {
        constructor: number;
      };
      for (const key of ['__proto__', 'constructor', 'prototype']) {
        expect(await subject.engine.state.get(key)).toBeUndefined();
        await subject.engine.state.put(key, value);
        expect(JSON.stringify(await subject.engine.state.get(key))).toBe(JSON.stringify(value));
      }
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    });

    it('survives a restart', async () => {
      await subject.engine.state.put('key', { n: 1 });
      await reopen();
      expect(await subject.engine.state.get('key')).toEqual({ n: 1 });
    });

    it('put replaces, delete removes, and deleting what is not there is no error', async () => {
      await subject.engine.state.put('key', 1);
      await subject.engine.state.put('key', 2);
      expect(await subject.engine.state.get('key')).toBe(2);
      await subject.engine.state.delete('key');
      await subject.engine.state.delete('key');
      expect(await subject.engine.state.get('key')).toBeUndefined();
    });

    it('forgets a value when its time is over, for get and list alike', async () => {
      await subject.engine.state.put('long', 2, { ttlMs: 60_000 });
      await subject.engine.state.put('short', 1, { ttlMs: 1000 });
      expect(await subject.engine.state.get('short')).toBe(1);
      await until(async () => (await subject.engine.state.get('short')) === undefined);
      expect(await keysOf('')).toEqual(['long']);
    });

    it('a later put without a time makes it last', async () => {
      await subject.engine.state.put('key', 1, { ttlMs: 100 });
      await subject.engine.state.put('key', 2);
      await subject.engine.state.put('clock', 1, { ttlMs: 1200 });
      await until(async () => (await subject.engine.state.get('clock')) === undefined);
      expect(await subject.engine.state.get('key')).toBe(2);
    });

    it('putIfAbsent: of many at once, one wins', async () => {
      const won = await Promise.all(numbers(20).map((who) => subject.engine.state.putIfAbsent('lock', who)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await subject.engine.state.get('lock')).toBe(numbers(20)[won.indexOf(true)]);
    });

    it('putIfAbsent: an expired value is absent', async () => {
      expect(await subject.engine.state.putIfAbsent('lock', 'a', { ttlMs: 1000 })).toBe(true);
      expect(await subject.engine.state.putIfAbsent('lock', 'b', { ttlMs: 1000 })).toBe(false);
      await until(async () => (await subject.engine.state.get('lock')) === undefined);
      const won = await Promise.all([
        subject.engine.state.putIfAbsent('lock', 'c'),
        subject.engine.state.putIfAbsent('lock', 'd'),
      ]);
      expect(won.filter(Boolean)).toHaveLength(1);
    });

    it('replace: only what is still there; of many at once, one wins', async () => {
      const { state } = subject.engine;
      expect(await state.replace('letter', { n: 1 }, { n: 2 })).toBe(false);
      expect(await state.replace('letter', undefined, { n: 1, of: ['a', null] })).toBe(true);
      expect(await state.replace('letter', undefined, { n: 2 })).toBe(false);
      const known = { n: 1, of: ['a', null] };
      const won = await Promise.all(numbers(20).map((who) => state.replace('letter', known, { who })));
      expect(won.filter(Boolean)).toHaveLength(1);
      const last = { who: numbers(20)[won.indexOf(true)]! };
      expect(await state.get('letter')).toEqual(last);
      expect(await state.replace('letter', known, undefined)).toBe(false);
      expect(await state.replace('letter', last, undefined)).toBe(true);
      expect(await state.get('letter')).toBeUndefined();
      expect(await state.list('')).toEqual([]);
    });

    it('replaceIndexed: the entry follows the value, and of many at once one entry is left', async () => {
      const { state } = subject.engine;
      const entryOf = (value: Json) => ({ key: `index/${(value as { is: string }).is}`, value: 1 });
      const replace = (from: Json | undefined, to: Json) =>
        state.replaceIndexed('letters/a', from, to, entryOf);
      expect(await replace({ is: 'open' }, { is: 'closed' })).toBe(false);
      expect(await replace(undefined, { is: 'open' })).toBe(true);
      expect(await replace({ is: 'open' }, { is: 'open', n: 1 })).toBe(true);
      expect(await state.get('index/open')).toBe(1);
      const won = await Promise.all(numbers(20).map((is) => replace({ is: 'open', n: 1 }, { is })));
      const last = numbers(20)[won.indexOf(true)]!;
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await state.get('letters/a')).toEqual({ is: last });
      await until(async () => (await state.list('index/')).length === 1);
      expect(await state.list('index/')).toEqual([{ key: `index/${last}`, value: 1 }]);
      expect(await state.replaceIndexed('letters/a', { is: last }, undefined, entryOf)).toBe(true);
      await until(async () => (await state.list('')).length === 0);
    });

    it('replace: an expired value is none', async () => {
      const { state } = subject.engine;
      await state.put('key', 1, { ttlMs: 1 });
      await until(async () => (await state.get('key')) === undefined);
      expect(await state.replace('key', undefined, 2)).toBe(true);
      expect(await state.get('key')).toBe(2);
    });

    it('write applies its operations in order', async () => {
      await subject.engine.state.put('old', 1);
      await subject.engine.state.write([
        { put: 'a', value: 1 },
        { put: 'a', value: 2 },
        { put: 'b', value: 3 },
        { delete: 'b' },
        { delete: 'old' },
      ]);
      expect(await subject.engine.state.list('')).toEqual([{ key: 'a', value: 2 }]);
      await subject.engine.state.write([]);
    });

    it('lists by prefix, in key order, page by page', async () => {
      const keys = ['a', 'a/1', 'a/10', 'a/2', 'a/ü', 'ab', 'b/1'];
      for (const key of keys.toReversed()) await subject.engine.state.put(key, key);
      expect(await keysOf('a/')).toEqual(['a/1', 'a/10', 'a/2', 'a/ü']);
      expect(await keysOf('a')).toEqual(['a', 'a/1', 'a/10', 'a/2', 'a/ü', 'ab']);
      expect(await keysOf('')).toEqual(keys);
      expect(await keysOf('nothing')).toEqual([]);
      expect(await keysOf('a/', { limit: 2 })).toEqual(['a/1', 'a/10']);
      expect(await keysOf('a/', { limit: 2, after: 'a/10' })).toEqual(['a/2', 'a/ü']);
      expect(await keysOf('a/', { after: 'a/ü' })).toEqual([]);
      expect(await keysOf('a/', { after: 'a' })).toEqual(['a/1', 'a/10', 'a/2', 'a/ü']);
    });

    it('takes keys with special characters, up to 1000 bytes', async () => {
      const keys = ['with space', 'a.b*c>d', '50%', '"quoted"', 'back\\slash', '🙂', 'x'.repeat(1000)];
      for (const key of keys) await subject.engine.state.put(key, key);
      for (const key of keys) expect(await subject.engine.state.get(key)).toBe(key);
      expect((await keysOf('')).toSorted()).toEqual(keys.toSorted());
      expect(await keysOf('a.b*')).toEqual(['a.b*c>d']);
    });

    it('refuses a key that is empty or too long', async () => {
      await expect(subject.engine.state.put('', 1)).rejects.toThrow('key');
      await expect(subject.engine.state.put('x'.repeat(1001), 1)).rejects.toThrow('1000 bytes');
    });

    it('watch tells of puts, deletes and expirations below the prefix, until stopped', async () => {
      const changes: StateChange[] = [];
      const stop = subject.engine.state.watch('rule/', (change) => changes.push(change));
      const last = (key: string) => changes.findLast((change) => change.key === key);
      await until(async () => {
        await subject.engine.state.put('rule/ready', 1); // an engine may need a moment to begin
        return last('rule/ready') !== undefined;
      });
      await subject.engine.state.put('rule/1', { hits: 1 });
      await until(() => last('rule/1') !== undefined);
      expect(last('rule/1')).toEqual({ key: 'rule/1', value: { hits: 1 } });
      await subject.engine.state.put('other', 1);
      await subject.engine.state.delete('rule/1');
      await until(() => last('rule/1')?.value === undefined);
      expect(last('other')).toBeUndefined();

      await subject.engine.state.put('rule/2', 2, { ttlMs: 100 });
      await until(() => last('rule/2') !== undefined);
      await until(() => last('rule/2')?.value === undefined);

      stop();
      const told = changes.length;
      await subject.engine.state.put('rule/3', 3);
      await subject.engine.state.get('rule/3');
      expect(changes).toHaveLength(told);
    });

    const keysOf = async (prefix: string, options?: { after?: string; limit?: number }): Promise<string[]> =>
      (await subject.engine.state.list(prefix, options)).map(({ key }) => key);
  });
}
