import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestService, startTestService } from '../../src/testing/test-service.ts';
import { transaction } from '../helpers/sentinel.ts';
import { runCommand } from '../helpers/command.ts';
import { until } from '../helpers/until.ts';

describe('sentinel events', () => {
  let service: TestService;
  let ids: string[];
  const run = (...args: string[]) => runCommand('/tmp', ['events', ...args, '--url', service.url]);
  const found = async (...args: string[]) => {
    const { out, err } = await run('search', '--json', ...args);
    expect(err).toBe('');
    return (JSON.parse(out) as { request_id: string }[]).map(({ request_id: id }) => id);
  };

  beforeAll(async () => {
    service = await startTestService({});
    const eventId = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
    const events = [transaction({ event_id: eventId }), transaction(), transaction({ amount: 'A-1001' })];
    ids = (await service.outcomes('shop', events)).map(({ request_id: id }) => id);
  });
  afterAll(() => service?.close());

  it('shows one whole, and finds them by id, event id, what a letter holds, state and time', async () => {
    expect(JSON.parse((await run('show', ids[2]!)).out)).toMatchObject({ status: 'dead_letter' });
    expect(await found(ids[1]!)).toEqual([ids[1]]);
    expect(await found('7c9e6679-7425-40de-944b-e07fc1f90ae7')).toEqual([ids[0]]);
    expect(await found('A-1001')).toEqual([ids[2]]);
    expect(await found('--status', 'dead_letter', '--source', 'shop')).toEqual([ids[2]]);
    expect(await found('--since', '1h')).toHaveLength(3);
    expect(await found('--until', '2020-01-01')).toEqual([]);
    expect((await run('search', 'no such thing')).err).toBe('No event matches.\n');
    expect((await run('search', '--status', 'gone')).code).toBe(2);
  });

  it('tails: prints what ends, each once, until the service stops', async () => {
    let out = '';
    const onOut = (text: string) => (out += text);
    const tail = ['events', 'tail', '--source', 'till', '--url', service.url];
    const tailing = runCommand('/tmp', tail, {}, { onOut });
    const [event] = await service.outcomes('till', [transaction()]);
    await until(() => out.includes(event!.request_id));
    await service.close();
    await tailing;
    expect(out.match(new RegExp(event!.request_id, 'g'))).toHaveLength(1);
    expect(out).toContain('loaded');
  });
});

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

describe('sentinel completion', () => {
  it('is a script that completes commands below commands', async () => {
    const { out } = await runCommand('/tmp', ['completion', 'bash']);
    const complete = (line: string) =>
      execFileSync('bash', [
        '-c',
        `${out}\nCOMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _sentinel; echo "\${COMPREPLY[@]}"`,
      ])
        .toString()
        .trim();
    expect(complete('sentinel dead-l')).toBe('dead-letters');
    expect(complete('sentinel dead-letters rep')).toBe('replay');
    expect(complete('sentinel events search --sou')).toBe('--source');
    expect((await runCommand('/tmp', ['completion', 'tcsh'])).code).toBe(2);
  });

  it.skipIf(!has('zsh'))('completes in zsh', async () => {
    const { out } = await runCommand('/tmp', ['completion', 'zsh']);
    // As bashcompinit calls it.
    const complete = (...words: string[]) =>
      execFileSync('zsh', [
        '-fc',
        `${out}
        ask() { emulate -L sh; setopt kshglob noshglob braceexpand; local -a COMPREPLY; _sentinel; echo "\${COMPREPLY[@]}"; }
        COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; ask`,
      ])
        .toString()
        .trim();
    // zsh itself keeps those that begin with what was typed.
    expect(complete('sentinel', 'dead-l')).toContain('dead-letters');
    expect(complete('sentinel', 'dead-letters', 'rep')).toContain('replay');
    expect(complete('sentinel', 'dead-letters', 'rep')).not.toContain('doctor');
    expect(complete('sentinel', 'events', 'search', '--sou')).toContain('--source');
  });

  it('has a script for fish', async () => {
    const fish = await runCommand('/tmp', ['completion', 'fish']);
    expect(fish.out).toContain("complete -c sentinel -n '__fish_seen_subcommand_from events; and");
    if (!has('fish')) return;
    const line = 'sentinel dead-letters rep';
    const completed = execFileSync('fish', [
      '--no-config',
      '-c',
      `${fish.out}\ncomplete -C '${line}'`,
    ]).toString();
    expect(completed.split('\t')[0]).toBe('replay');
  });
});
