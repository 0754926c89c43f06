/** Where a scalar stands. */
export interface ScalarPlace {
  indent: number
  column: number
  width: number
  isKey: boolean
  inFlow: boolean
}

/** What a plain scalar would be read as by YAML 1.1 if it is not text. */
const OTHER = [
  /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  /^(?:[-+]?(?:\d[\d_]*)\.[\d_]*(?:[eE][-+]\d+)?|\.[\d][\d_]*(?:[eE][-+]\d+)?|[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][\d_]*)|[-+]?0x[\da-fA-F_]+|[-+]?[1-9][\d_]*(?::[0-5]?\d)+)$/,
  /^(?:<<|=|~|null|Null|NULL|)$/,
  /^(?:\d\d\d\d-\d\d-\d\d|\d\d\d\d-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
]

export function looksLikeOther(text: string): boolean {
  return OTHER.some((pattern) => pattern.test(text))
}

interface Analysis {
  plainInFlow: boolean
  plainInBlock: boolean
  singleQuoted: boolean
  multiline: boolean
}

/** In which styles a text can stand, by the rules of libyaml's emitter. */
function analyze(text: string): Analysis {
  const multiline = /[\n\x85\u2028\u2029]/.test(text)
  const special = /[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd]|\ufeff/.test(text)
  const starts = /^(?:[#,[\]{}&*!|>'"%@`]|---|\.\.\.)/.test(text) || /^-(?:\s|$)/.test(text)
  const hash = /\s#/.test(text)
  const flowIndicator = starts || hash || /^[?:]/.test(text) || /[,?[\]{}:]/.test(text.slice(1))
  const blockIndicator = starts || hash || /^[?:](?:\s|$)/.test(text) || /:(?:\s|$)/.test(text)
  const edge = /^[ \n\x85\u2028\u2029]|[ \n\x85\u2028\u2029]$/.test(text)
  const breakSpace = /[\n\x85\u2028\u2029] /.test(text)
  const spaceBreak = / [\n\x85\u2028\u2029]/.test(text)
  const plain = !edge && !breakSpace && !spaceBreak && !special && !multiline
  return {
    plainInFlow: plain && !flowIndicator && text !== '',
    plainInBlock: plain && !blockIndicator && text !== '',
    singleQuoted: !spaceBreak && !special && !breakSpace,
    multiline,
  }
}

/** A text as a scalar: plain where it may be, else in single quotes, else in double quotes. */
export function scalarText(text: string, at: ScalarPlace): string {
  const can = analyze(text)
  const plain = (at.inFlow ? can.plainInFlow : can.plainInBlock) && !looksLikeOther(text)
  const mayFold = !at.isKey
  if (plain) return folded(text, at, mayFold)
  if (can.singleQuoted && !(at.isKey && can.multiline)) return singleQuoted(text, at, mayFold)
  return doubleQuoted(text, at, mayFold)
}

/** Breaks lines at single spaces once they are longer than the width. */
function folded(text: string, at: ScalarPlace, mayFold: boolean): string {
  if (!mayFold) return text
  const indent = ' '.repeat(Math.max(0, at.indent))
  let { column } = at
  return text.replaceAll(/[^ ]+| +/g, (piece, index: number) => {
    const isEdge = index === 0 || index + piece.length === text.length
    if (piece === ' ' && column > at.width && !isEdge) {
      column = indent.length
      return `\n${indent}`
    }
    column += piece.length
    return piece
  })
}

function singleQuoted(text: string, at: ScalarPlace, mayFold: boolean): string {
  const indent = ' '.repeat(Math.max(0, at.indent))
  const lines = text.replaceAll("'", "''").split('\n')
  const parts = lines.map((line, index) => {
    const column = index === 0 ? at.column + 1 : indent.length
    return folded(line, { ...at, column }, mayFold)
  })
  // A break between lines is written twice: a single one would be read as a space.
  let out = parts[0] ?? ''
  for (let index = 1; index < parts.length; index += 1) {
    const afterBreak = lines[index - 1] === '' && index > 1
    out +=
      (afterBreak ? '\n' : '\n\n') +
      (parts[index] === '' && index < parts.length - 1 ? '' : indent) +
      (parts[index] ?? '')
  }
  return `'${out}'`
}

const ESCAPES = new Map([
  ['\0', '\\0'],
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\u001b', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\u0085', '\\N'],
  ['\u00a0', '\\_'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
])

function escaped(char: string): string {
  const known = ESCAPES.get(char)
  if (known !== undefined) return known
  const code = char.codePointAt(0) ?? 0
  if ((code >= 0x20 && code <= 0x7e) || (code >= 0xa1 && code <= 0xff_fd && code !== 0xfe_ff)) return char
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xff_ff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

function doubleQuoted(text: string, at: ScalarPlace, mayFold: boolean): string {
  const indent = ' '.repeat(Math.max(0, at.indent))
  const letters = Array.from(text)
  let out = ''
  let column = at.column + 1
  let spaces = false
  for (const [index, char] of letters.entries()) {
    const inside = index > 0 && index < letters.length - 1
    if (char === ' ' && mayFold && !spaces && column > at.width && inside) {
      // libyaml breaks the line at the space and drops it; a backslash keeps one that follows.
      const kept = letters[index + 1] === ' ' ? '\\' : ''
      out += `\n${indent}${kept}`
      column = indent.length + kept.length
      spaces = true
      continue
    }
    const shown = escaped(char)
    out += shown
    column += shown.length
    spaces = char === ' '
  }
  return `"${out}"`
}
