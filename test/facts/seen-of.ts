import { readSeen, type Seen } from '../../src/facts/seen.ts'

/** A Seen of these files and sections, through the format that the script prints. */
export function seenOf(from: { files?: Record<string, string>; sections?: Record<string, string> }): Seen {
  const lines = Object.entries(from.files ?? {}).flatMap(([path, content]) =>
    content
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${path}:${line}`),
  )
  const sections = Object.entries({ ...from.sections, files: lines.join('\n') })
  return readSeen(
    sections.map(([name, text]) => `\u001e${name}\n${text}\n`).join(''),
    new Set(sections.map(([name]) => name)),
  )
}
