import type { JsonObject } from '../model/json.ts';
import { contractNamed } from '../sources/contract-rule.ts';
import type { Parcel } from '../sources/formats/decode.ts';
import { headerOf } from '../sources/place.ts';
import type { Source } from '../sources/source.ts';

/**
 * Without the events that the source's settings do not want (`otherwise: ignore`), which are answered as if they were stored. What could not
 * be unpacked says nothing of what is wanted.
 */
export function withoutIgnored(parcels: readonly Parcel[], { contract }: Source): readonly Parcel[] {
  if (typeof contract !== 'object' || contract.otherwise !== 'ignore') return parcels;
  const isHeader = headerOf(contract.from) !== undefined;
  const isWanted = (event: JsonObject, parcel: Parcel) =>
    contractNamed(contract, event, parcel.headers) !== undefined;
  return parcels.map((parcel) => {
    const { lines, notAt } = parcel;
    if (notAt !== undefined) return parcel;
    if (isHeader) return isWanted({}, parcel) ? parcel : { ...parcel, lines: { ...lines, count: 0 } };
    const texts = lines.bytes.toString().split('\n');
    const wanted = texts.filter((text) => isWanted(JSON.parse(text) as JsonObject, parcel));
    if (wanted.length === texts.length) return parcel;
    return { ...parcel, lines: { ...lines, bytes: Buffer.from(wanted.join('\n')), count: wanted.length } };
  });
}
