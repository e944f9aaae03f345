import { expect, it } from 'vitest';
import type { CampaignOptions, Report } from './campaign.ts';
import { commandOf, shrink } from './shrink.ts';

const made = Array.from({ length: 16 }, (_, at) => ({ id: `main.${at}`, name: `fault ${at}` }));
const failed = {
  profile: 'embedded-duckdb',
  seed: 7,
  seconds: 20,
  only: undefined,
  withPeople: true,
  withPoison: true,
} satisfies CampaignOptions;

/** A campaign on a service with a fault of its own: it fails when all of these have happened. */
function campaignThatFailsWith(culprits: readonly string[]) {
  const runs: CampaignOptions[] = [];
  const run = async (options: CampaignOptions): Promise<Report> => {
    runs.push(options);
    const happened = made.filter(({ id }) => options.only?.has(id) !== false);
    const fails = culprits.every((culprit) => happened.some(({ id }) => id === culprit));
    return { made: happened, problems: fails ? ['lost: 1'] : [] } as unknown as Report;
  };
  return { run, runs };
}

it.each([[['main.5']], [['main.0', 'main.15']], [['main.3', 'main.4', 'main.12']]])(
  'a campaign that fails is made smaller, to the faults that matter: %j',
  async (culprits) => {
    const { run } = campaignThatFailsWith(culprits);
    const smaller = await shrink(failed, await run(failed), run, 200);
    expect([...smaller.only!]).toEqual(culprits);
    expect(smaller).toMatchObject({ withPeople: false, withPoison: false });
    expect(commandOf(smaller)).toBe(
      `npm run test:chaos -- --profile embedded-duckdb --seed 7 --minutes 0.33 --only ${[...smaller.only!].join(',')} --no-people --no-poison`,
    );
  },
);

it('a campaign is tried again so many times, and the smallest that failed is named', async () => {
  const { run, runs } = campaignThatFailsWith(['main.5']);
  const smaller = await shrink(failed, await run(failed), run, 4);
  expect(runs).toHaveLength(5);
  expect(smaller.only!.has('main.5')).toBe(true);
  expect(smaller.only!.size).toBeLessThan(16);
});
