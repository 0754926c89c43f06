import { readLines } from './edited-file.ts'

/** A line of fstab. */
export interface FstabLine {
  src: string
  path: string
  fstype: string
  opts: string
  dump: string
  passno: string
}

/** What fstab writes for blanks, ampersands and backslashes. */
function escape(text: string): string {
  return text.replaceAll('\\', '\\134').replaceAll(' ', '\\040').replaceAll('&', '\\046')
}

/** The text with this line; undefined: it is there as it is to be. */
export function withMount(text: string, wanted: FstabLine): string | undefined {
  const line = print(wanted)
  let found = false
  let changed = false
  const out = readLines(text).map((each) => {
    const whole = each.endsWith('\n') ? each : `${each}\n`
    const fields = fieldsOf(each, 4)
    if (!fields || !isAbout(fields, wanted)) return whole
    found = true
    // The last two may be left out, which says the same as 0; Ansible writes them all the same.
    if (fields.join(' ') === line) return whole
    changed = true
    return `${line}\n`
  })
  if (!found) return `${out.join('')}${line}\n`
  return changed ? out.join('') : undefined
}

/** The text without lines about this mount point; undefined: there are none. */
export function withoutMount(
  text: string,
  { path, src }: { path: string; src: string | undefined },
): string | undefined {
  const lines = readLines(text)
  const rest = lines.filter((each) => {
    const fields = fieldsOf(each, 6)
    return !fields || !isAbout(fields, { path, src })
  })
  return rest.length === lines.length ? undefined : rest.join('')
}

/** Words of a line that is about a mount; the last two may be missing. */
function fieldsOf(line: string, least: number): string[] | undefined {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return undefined
  const fields = text.split(/\s+/)
  return fields.length >= least && fields.length <= 6 ? fields : undefined
}

/** Swap has no mount point of its own, so there it is the device that counts. */
function isAbout(
  fields: readonly string[],
  { path, src }: { path: string; src: string | undefined },
): boolean {
  const [device, point, type] = fields
  if (point !== escape(path)) return false
  return !(src !== undefined && point === 'none' && type === 'swap' && device !== src)
}

function print({ src, path, fstype, opts, dump, passno }: FstabLine): string {
  return [src, path, fstype, opts, dump, passno].map(escape).join(' ')
}
