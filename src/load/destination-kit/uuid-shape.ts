/** Only such request ids are in a destination, and only such may be cast to its type for them. */
export const uuidShape = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Most are printed small, and telling so first is half the cost. */
const printedSmall = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

export const isUuid = (text: string): boolean => printedSmall.test(text) || uuidShape.test(text);
