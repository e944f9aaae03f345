import type { Profile } from './profile.ts';

/** Fewer fields than this are shared by chance. */
const fewestFields = 4;
/** Of the fields of two objects of one kind both have at least this share. */
const leastShared = 0.75;
/** A kind is known by so many objects. */
const enoughObjects = 4;
/** Kinds that are compared, so that the time stays in proportion to the events. */
const mostKinds = 200;

/**
 * The fields that objects of a kind always have, by each object of that kind of which few were seen: a user is a user in
 * `issue.user`, which is always there, and in `issue.assignee`, of which few samples have one.
 */
export function knownByOthers(root: Profile): ReadonlyMap<Profile, ReadonlySet<string>> {
  const known: { names: ReadonlySet<string>; always: ReadonlySet<string> }[] = [];
  const few: Profile[] = [];
  const visit = (profile: Profile): void => {
    if (profile.items !== undefined) visit(profile.items);
    for (const field of profile.fields.values()) visit(field);
    const { fields, objects } = profile;
    if (fields.size < fewestFields) return;
    if (objects < enoughObjects) few.push(profile);
    else if (known.length < mostKinds) {
      const always = [...fields].filter(([, { count }]) => count === objects).map(([name]) => name);
      known.push({ names: new Set(fields.keys()), always: new Set(always) });
    }
  };
  visit(root);
  const found = new Map<Profile, ReadonlySet<string>>();
  for (const profile of few) {
    const like = known.find(({ names }) => sharedBy(profile, names) >= leastShared);
    if (like !== undefined) found.set(profile, like.always);
  }
  return found;
}

function sharedBy({ fields }: Profile, names: ReadonlySet<string>): number {
  let both = 0;
  for (const name of fields.keys()) if (names.has(name)) both++;
  return both / (fields.size + names.size - both);
}
