import { OddArchive } from './odd.ts'

/** One thing in an archive. */
export interface Member {
  /** As it is below the destination; a directory without its slash. */
  name: string
  type: 'file' | 'directory' | 'link' | 'hard' | 'other'
  mode: number
  /** Names, or numbers as text; undefined: the archive does not say. */
  owner?: string
  group?: string
  size: number
  /** Seconds since 1970; undefined where only `local` is known. */
  mtime?: number
  /** The time on the host's clock: 2026-11-28 22:28:16. */
  local?: string
  target?: string
  crc?: number
}

const LINE =
  /^([-dlhcbpsCV])([r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-])\S* +(.+?)\/(.+?) +(\d+|\d+,\d+) (\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?)(?:\.\d+)? (.*)$/

/** Reads what `tar -tv` of GNU or busybox prints, with times in UTC. Throws OddArchive for lines that are none. */
export function readTarList(text: string): Member[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(readLine)
}

function readLine(line: string): Member {
  const match = LINE.exec(line)
  if (!match) throw new OddArchive(`not a line of tar, such as of a name with a line break: ${line}`)
  const [, kind = '', bits = '', owner = '', group = '', size = '', day = '', time = '', rest = ''] = match
  const [name, target] = split(rest, kind === 'l' ? ' -> ' : kind === 'h' ? ' link to ' : undefined)
  return {
    name: tidyName(name),
    type: TYPES[kind] ?? 'other',
    mode: modeOf(bits),
    owner,
    group,
    size: Number(size.split(',')[0]),
    mtime: Date.parse(`${day}T${time}Z`) / 1000,
    ...(target !== undefined && { target }),
  }
}

const TYPES: Readonly<Record<string, Member['type']>> = {
  '-': 'file',
  C: 'file',
  d: 'directory',
  l: 'link',
  h: 'hard',
}

function split(text: string, between: string | undefined): [string, string | undefined] {
  const at = between === undefined ? -1 : text.indexOf(between)
  if (between === undefined || at === -1) return [text, undefined]
  return [text.slice(0, at), text.slice(at + between.length)]
}

/** tar itself takes leading slashes off when it extracts. */
export function tidyName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  return parts.join('/')
}

/** The bits of rwxr-sr-t. */
export function modeOf(bits: string): number {
  let mode = 0
  for (const [at, char] of bits.split('').entries()) {
    const bit = 0o400 >> at
    if (char === 'r' || char === 'w' || char === 'x' || char === 's' || char === 't') mode |= bit
    if (char === 's' || char === 'S') mode |= at === 2 ? 0o4000 : 0o2000
    if (char === 't' || char === 'T') mode |= 0o1000
  }
  return mode
}
