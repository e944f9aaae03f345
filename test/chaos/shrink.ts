import type { CampaignOptions, Report } from './campaign.ts';

type Run = (options: CampaignOptions) => Promise<Report>;

/**
 * Looks for fewer faults, and less traffic, with which a campaign still fails: halves, quarters and so on are left out in
 * turn (delta debugging). Time is in the game, so what fails no more may only have been lucky.
 */
export async function shrink(
  failed: CampaignOptions,
  report: Report,
  run: Run,
  mostRuns: number,
): Promise<CampaignOptions> {
  let smallest: CampaignOptions = { ...failed, only: new Set(report.made.map(({ id }) => id)) };
  const budget = { runs: mostRuns };
  const fails = async (options: CampaignOptions): Promise<boolean> => {
    if (budget.runs-- <= 0 || (await run(options)).problems.length === 0) return false;
    smallest = options;
    return true;
  };
  if (smallest.withPeople) await fails({ ...smallest, withPeople: false });
  if (smallest.withPoison) await fails({ ...smallest, withPoison: false });
  let parts = 2;
  while (budget.runs > 0) {
    const ids = [...smallest.only!];
    if (ids.length < 2 || parts > ids.length) break;
    const length = Math.ceil(ids.length / parts);
    let found = false;
    for (let from = 0; from < ids.length && !found; from += length) {
      const rest = ids.filter((_, at) => at < from || at >= from + length);
      found = await fails({ ...smallest, only: new Set(rest) });
    }
    parts = found ? Math.max(2, parts - 1) : parts * 2;
  }
  return smallest;
}

export function commandOf({ profile, seed, seconds, only, withPeople, withPoison }: CampaignOptions): string {
  return [
    `npm run test:chaos -- --profile ${profile} --seed ${seed} --minutes ${Number((seconds / 60).toFixed(2))}`,
    ...(only === undefined ? [] : [`--only ${[...only].join(',')}`]),
    ...(withPeople ? [] : ['--no-people']),
    ...(withPoison ? [] : ['--no-poison']),
  ].join(' ');
}
