/**
 * The separators that only tell words apart, and may be others or none: between letters, between a digit and a letter, and
 * before a digit where they are no minus (`tier_1`). Anywhere else they mean something: `-5`, `1-10`, `UTC-5`, `A-`.
 */
export const separatorsOfWords =
  /(?<=\p{L})[\s_-]{1,8}(?=\p{L})|(?<=\p{N})[\s_-]{1,8}(?=\p{L})|(?<=\p{L})[\s_]{1,8}(?=\p{N})/gu;
