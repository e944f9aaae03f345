/** The groups under which the project's own stages read their topics. */
export const groups = {
  pipeline: 'pipeline',
  loader: 'loader',
  healer: 'healer',
  deadLetters: 'dead-letters',
} as const;
