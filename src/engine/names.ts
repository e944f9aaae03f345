const namePattern = /^[^\p{C}/]{1,200}$/u;

/** Topics, groups and writers are parts of keys. Throws a RangeError. */
export function checkName(kind: 'topic' | 'group' | 'writer', name: string): void {
  if (!namePattern.test(name))
    throw new RangeError(`a ${kind} name is 1 to 200 characters, without "/" and control characters`);
}
