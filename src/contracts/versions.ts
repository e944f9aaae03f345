/** A contract version, `major.minor.patch`. */
export type Version = readonly [major: number, minor: number, patch: number];

const shape = /^(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?$/;

/** Reads `major[.minor[.patch]]`; absent parts are 0. Undefined when it is anything else. */
export function parseVersion(value: unknown): Version | undefined {
  const parts = typeof value === 'string' ? shape.exec(value) : null;
  return parts === null ? undefined : [Number(parts[1]), Number(parts[2] ?? 0), Number(parts[3] ?? 0)];
}

export const formatVersion = (version: Version): string => version.join('.');

/** Negative when `a` is older than `b`, 0 when they are the same. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
