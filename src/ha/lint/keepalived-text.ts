/** A line of keepalived.conf: its words, and the lines of its block if it opens one. */
export interface Entry {
  words: readonly string[]
  line: number
  children: readonly Entry[]
}

interface Open {
  entry: { words: readonly string[]; line: number; children: Entry[] }
}

/**
 * Reads keepalived.conf into nested entries. It takes what keepalived takes: comments by # and !, quotes, a brace at
 * the end of its line or on the next one. Directives of its preprocessor (@, $, include) stay as they are.
 */
export function parseKeepalived(text: string): Entry[] {
  const root: Entry[] = []
  const stack: Open[] = []
  const add = (words: readonly string[], line: number) => {
    const entry = { words, line, children: [] }
    ;(stack.at(-1)?.entry.children ?? root).push(entry)
    return entry
  }
  let last: Open['entry'] | undefined
  for (const [index, raw] of text.split('\n').entries()) {
    let words: string[] = []
    for (const word of [...wordsOf(raw), undefined]) {
      if (word !== undefined && word !== '{' && word !== '}') {
        words.push(word)
        continue
      }
      if (words.length > 0) last = add(words, index + 1)
      words = []
      if (word === '{') {
        stack.push({ entry: last ?? add([], index + 1) })
        last = undefined
      } else if (word === '}') last = stack.pop()?.entry
    }
  }
  return root
}

/** Words with quotes taken off; braces are words of their own. */
function wordsOf(line: string): string[] {
  const words: string[] = []
  for (const match of line.matchAll(/"([^"]*)"?|[#!].*|[{}]|[^\s{}"]+/g)) {
    const [whole, quoted] = match
    if (quoted !== undefined) words.push(quoted)
    else if (/^[#!]/.test(whole)) return words
    else words.push(whole)
  }
  return words
}

/** The first entry with this name. */
export function find(entries: readonly Entry[], name: string): Entry | undefined {
  return entries.find((entry) => entry.words[0] === name)
}

/** All of them. */
export function findAll(entries: readonly Entry[], ...names: readonly string[]): Entry[] {
  return entries.filter((entry) => names.includes(entry.words[0] ?? ''))
}

/** The first argument of an entry as a number. */
export function numberOf(entry: Entry | undefined): number | undefined {
  const text = entry?.words[1]
  return text !== undefined && /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}
