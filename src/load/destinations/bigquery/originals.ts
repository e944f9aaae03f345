import type { AgedOriginals } from '../../kept-originals.ts';
import { type Api, cell } from './api.ts';

/** See `KeptOriginals.forget`. All at once, as a statement costs the same for few rows. */
export async function forgetOriginals(api: Api, { from, before }: AgedOriginals): Promise<number> {
  const params = { from: new Date(from).toISOString(), before: new Date(before).toISOString() };
  const repairs = api.table('_sentinel_repairs');
  const duplicates = api.table('_sentinel_duplicates');
  const isOld = `repaired_at >= TIMESTAMP(@from) AND repaired_at < TIMESTAMP(@before) AND original IS NOT NULL`;
  const isOldRepeat = `received_at < TIMESTAMP(@before) AND event IS NOT NULL`;
  const [[repaired, repeated] = []] = await api.run(
    `SELECT (SELECT COUNT(*) FROM ${repairs} WHERE ${isOld}), (SELECT COUNT(*) FROM ${duplicates} WHERE ${isOldRepeat})`,
    params,
  );
  if (cell(repaired) !== '0')
    await api.run(`UPDATE ${repairs} SET original = NULL, result = NULL WHERE ${isOld}`, params);
  if (cell(repeated) !== '0')
    await api.run(`UPDATE ${duplicates} SET event = NULL WHERE ${isOldRepeat}`, params);
  return Number(repaired) + Number(repeated);
}
