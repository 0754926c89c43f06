/** Cells that a terminal needs for this text: East Asian and emoji characters take two, combining marks none. */
export function displayWidth(text: string): number {
  let cells = 0
  for (const character of text) cells += cellsOf(character.codePointAt(0) ?? 0)
  return cells
}

function cellsOf(code: number): number {
  if (code < 0x300) return 1
  if (code <= 0x36f || code === 0x200d || (code >= 0xfe00 && code <= 0xfe0f)) return 0
  const isWide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  return isWide ? 2 : 1
}

/** The text with spaces up to this many cells; longer texts stay as they are. */
export function pad(text: string, cells: number, align: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, cells - displayWidth(text)))
  return align === 'left' ? text + spaces : spaces + text
}

/** The text cut to this many cells, with an ellipsis in the last one. */
export function truncate(text: string, cells: number): string {
  if (displayWidth(text) <= cells) return text
  let out = ''
  let used = 0
  for (const character of text) {
    used += cellsOf(character.codePointAt(0) ?? 0)
    if (used > cells - 1) break
    out += character
  }
  return `${out}…`
}

export interface Column {
  title: string
  align?: 'left' | 'right'
}

export type Paint = (text: string) => string

/** One cell: its text and how to colour it once it is padded. */
export interface Cell {
  text: string
  paint?: Paint
}

/** Rows under their titles, two spaces between columns, no spaces at the ends of lines. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  title: Paint,
): string[] {
  const widths = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[index]?.text ?? ''))),
  )
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, index) => {
        const isLast = index === columns.length - 1
        const align = columns[index]?.align ?? 'left'
        const text = isLast && align === 'left' ? cell.text : pad(cell.text, widths[index] ?? 0, align)
        return cell.paint && text !== '' ? cell.paint(text) : text
      })
      .join('  ')
      .trimEnd()
  return [line(columns.map((column) => ({ text: column.title, paint: title }))), ...rows.map(line)]
}

/** `0.41 s`, `12 s`, `3 min 05 s` out of milliseconds. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(2)} s`
  if (ms < 99_500) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
}

/** `1 host`, `3 hosts`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
