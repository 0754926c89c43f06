import { sysctlPath } from '../world/sysctl.ts'

/** The value that the last line about this parameter gives it; undefined = there is no such line. */
export function valueInFile(text: string, name: string): string | undefined {
  return text
    .split('\n')
    .map((line) => readLine(line))
    .findLast((line) => line !== undefined && sysctlPath(line.name) === sysctlPath(name))?.value
}

/**
 * The file with one line about this parameter, in the place of the first there was, or at the end. Undefined: with
 * none. All other lines stay as they are.
 */
export function withValue(text: string, name: string, value: string | undefined): string {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  let wanted = value === undefined ? undefined : `${name}=${value}`
  const out: string[] = []
  for (const line of lines) {
    const own = readLine(line)
    if (!own || sysctlPath(own.name) !== sysctlPath(name)) out.push(line)
    else if (wanted !== undefined) {
      out.push(wanted)
      wanted = undefined
    }
  }
  if (wanted !== undefined) out.push(wanted)
  return out.map((line) => `${line}\n`).join('')
}

/** Blanks between several values may be of any kind and number. */
export function sameValue(left: string, right: string): boolean {
  return fold(left) === fold(right)
}

function fold(value: string): string {
  return value.trim().replace(/\s+/g, ' ')
}

/** `name = value`; a dash before it lets sysctl go on where it fails. */
function readLine(line: string): { name: string; value: string } | undefined {
  const match = /^\s*-?\s*([^\s#;=][^\s=]*)\s*=\s*(.*?)\s*$/.exec(line)
  return match ? { name: match[1] ?? '', value: match[2] ?? '' } : undefined
}
