export interface TestCase {
  name: string;
  /** Why it failed; undefined when it passed. */
  failure: string | undefined;
}

/** A JUnit report of one suite, as CI systems read it. */
export function junit(suite: string, cases: readonly TestCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const lines = cases.map(({ name, failure }) =>
    failure === undefined
      ? `    <testcase name="${xml(name)}"/>`
      : `    <testcase name="${xml(name)}"><failure message="${xml(failure)}"/></testcase>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${xml(suite)}" tests="${cases.length}" failures="${failures}">`,
    ...lines,
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}

/** Characters that XML can't hold at all are dropped; line breaks of an attribute are spelled. */
const xml = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
