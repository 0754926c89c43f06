import { structuredPatch } from 'diff'
import type { Diff } from '../task.ts'
import { cleanTexts, type Clean } from './clean.ts'
import { displayWidth, pad } from './columns.ts'
import type { Style } from './style.ts'

/** Milliseconds after which a difference is "too large": texts of many thousand changed lines. */
const TIMEOUT = 2_000

/** Lines that show a difference: a unified diff of a file's text, before → after of anything else. */
export function formatDiff(diff: Diff, style: Style, clean: Clean): string[] {
  if (diff.type === 'fields') return formatFields(cleanTexts(diff, clean), style)
  // Looked at before cleaning, which takes the bytes away that tell a binary file.
  const isBinary = [diff.before, diff.after].some((text) => /[\0\uFFFD]/.test(text))
  if (isBinary) return formatBinary(diff, clean)
  const [before, after] = [diff.before, diff.after].map((text) => clean(text.replaceAll('\r', '^M')))
  return formatText({ ...diff, path: clean(diff.path), before: before ?? '', after: after ?? '' }, style)
}

function formatBinary({ path, before, after }: Extract<Diff, { type: 'text' }>, clean: Clean): string[] {
  return [`${clean(path)}: binary file, ${Buffer.byteLength(before)} → ${Buffer.byteLength(after)} bytes`]
}

function formatText(diff: Extract<Diff, { type: 'text' }>, style: Style): string[] {
  const { path, before, after } = diff
  const patch = structuredPatch(path, path, before, after, '', '', { context: 3, timeout: TIMEOUT })
  if (!patch) return [`${path}: too different to show, ${before.length} → ${after.length} characters`]
  return [
    style.bold(`--- ${path} (before)`),
    style.bold(`+++ ${path} (after)`),
    ...patch.hunks.flatMap((hunk) => [
      style.cyan(`@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`),
      ...hunk.lines.map((line) => paintLine(line, style)),
    ]),
  ]
}

function range(start: number, lines: number): string {
  if (lines === 0) return `${start - 1},0`
  return lines === 1 ? String(start) : `${start},${lines}`
}

function paintLine(line: string, style: Style): string {
  if (line.startsWith('+')) return style.green(line)
  if (line.startsWith('-')) return style.red(line)
  return line.startsWith('\\') ? style.dim(line) : line
}

function formatFields(diff: Extract<Diff, { type: 'fields' }>, style: Style): string[] {
  const names = Math.max(...diff.fields.map((field) => displayWidth(field.name) + 1))
  return [
    style.bold(diff.subject),
    ...diff.fields.map(
      ({ name, before, after }) =>
        `  ${pad(`${name}:`, names)} ${style.red(show(before))} → ${style.green(show(after))}`,
    ),
  ]
}

/** A field's value on one line; nothing and blanks at the ends are made visible by quotes. */
function show(value: string): string {
  return value === '' || value !== value.trim() || value.includes('\n') ? JSON.stringify(value) : value
}
