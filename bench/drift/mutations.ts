import type { Mutation } from './drift.ts';
import { compositions } from './mutations/compose.ts';
import { flattens } from './mutations/flatten.ts';
import { jsonEnvelopes } from './mutations/json-envelope.ts';
import { nests } from './mutations/nest.ts';
import { renames } from './mutations/rename.ts';
import { splitsAndMerges } from './mutations/split-merge.ts';
import { twins } from './mutations/twins.ts';
import { unrecoverables } from './mutations/unrecoverable.ts';
import { valueMutations } from './mutations/values.ts';

/** All kinds, in the order in which they are reported. */
export const mutations: readonly Mutation[] = [
  ...renames,
  ...nests,
  ...flattens,
  ...valueMutations,
  ...jsonEnvelopes,
  ...splitsAndMerges,
  ...compositions,
  ...twins,
  ...unrecoverables,
];
