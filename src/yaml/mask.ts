const ASSIGNMENT =
  /((?:pass|passwd|password|passphrase|secret|token)['"]?[ \t]*[:=][ \t]*)("(?:[^"\\]|\\.)*"?|'[^']*'?|.+)/gi
const AT_START = /^[ \t\-'"]*\w*(?:pass|passwd|password|passphrase|secret|token)['"]?[ \t]*[:=]/i

/**
 * A line as it may be shown in a message: what is assigned to the name of a password is covered by stars, one for
 * each character so that columns stay right. The secrets of a file with mistakes are not known otherwise yet.
 */
export function maskSecrets(line: string): string {
  if (!/pass|secret|token/i.test(line)) return line
  return line.replaceAll(ASSIGNMENT, (whole, head: string, value: string) => {
    // A template is no secret, and often the very thing that is wrong.
    if (/^["']?\{\{/.test(value)) return whole
    const isQuoted = /^["']/.test(value)
    if (isQuoted || AT_START.test(line)) return head + '*'.repeat(value.length)
    // On a host line an unquoted value ends at a blank, but what follows up to the next key may belong to it.
    const next = /[ \t][^\s=:]+=/.exec(value)
    const end = next ? next.index : value.length
    return head + '*'.repeat(end) + maskSecrets(value.slice(end))
  })
}
