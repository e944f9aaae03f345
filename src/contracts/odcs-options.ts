/** What of `logicalTypeOptions` of the Open Data Contract Standard has the same name and meaning in JSON Schema. */
export const sharedOptions = [
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
] as const;

/** The options of both that one side gives. */
export const optionsOf = (given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    sharedOptions.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  );
