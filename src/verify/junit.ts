import { CHECKS, type Finding } from './finding.ts'
import type { Shown } from './report.ts'

/** The findings as JUnit XML: a suite for each endpoint, a case for each finding. */
export function junit(all: readonly Shown[], seconds: number): string {
  const suites = all.map(({ endpoint, findings }) => {
    const failures = findings.filter(({ level }) => level === 'fail').length
    const skipped = findings.filter(({ level }) => level === 'unknown').length
    return [
      `  <testsuite name="hakube verify ${xml(endpoint)}" tests="${findings.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds.toFixed(3)}">`,
      ...findings.map(testCase),
      '  </testsuite>',
    ]
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...suites.flat(),
    '</testsuites>',
    '',
  ].join('\n')
}

function testCase({ check, where, level, what, why, todo, diff }: Finding): string {
  const open = `    <testcase classname="hakube.verify.${check}" name="${xml(`${CHECKS[check]}: ${where}`)}"`
  const texts = (diff ?? []).map((one) =>
    one.type === 'text' ? `--- ${one.path}\n${one.before}\n+++ ${one.path}\n${one.after}` : '',
  )
  const reasons = [what, why && `why: ${why}`, todo && `do: ${todo}`, ...texts].filter(Boolean).join('\n')
  if (level === 'ok') return `${open}><system-out>${xml(what)}</system-out></testcase>`
  if (level === 'warn') return `${open}><system-out>${xml(`warning: ${reasons}`)}</system-out></testcase>`
  if (level === 'unknown') return `${open}><skipped message="${xml(what)}"/></testcase>`
  return `${open}><failure message="${xml(what)}">${xml(reasons)}</failure></testcase>`
}

/** Text for XML 1.0, which has no way to write most control characters at all. */
function xml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
