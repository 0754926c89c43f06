/** Reads `KEY=value` lines as in os-release: comments and empty lines are left out, quotes taken off. */
export function readKeyValues(text: string | undefined): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of (text ?? '').split('\n')) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line)
    if (match?.[1] !== undefined && match[2] !== undefined) values.set(match[1], unquote(match[2]))
  }
  return values
}

function unquote(text: string): string {
  const match = /^(["'])(.*)\1$/s.exec(text)
  return match?.[2] === undefined ? text : match[2].replaceAll(/\\(["'\\$`])/g, '$1')
}
