/** Compares two versions the way dpkg does, `[epoch:]upstream[-revision]`: < 0, 0 or > 0. */
export function compareDeb(left: string, right: string): number {
  const [a, b] = [parse(left), parse(right)]
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareParts(a.upstream, b.upstream) ||
    compareParts(a.revision, b.revision)
  )
}

function parse(text: string): { epoch: string; upstream: string; revision: string } {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?([^]*)$/.exec(text) ?? []
  const dash = rest.lastIndexOf('-')
  return dash === -1
    ? { epoch, upstream: rest, revision: '' }
    : { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) }
}

/** By turns what is no digit, character by character, and what is one, as a number. */
function compareParts(left: string, right: string): number {
  let [a, b] = [left, right]
  while (a !== '' || b !== '') {
    const [wordA, wordB] = [/^\D*/.exec(a)?.[0] ?? '', /^\D*/.exec(b)?.[0] ?? '']
    const words = compareWords(wordA, wordB)
    if (words !== 0) return words
    const [restA, restB] = [a.slice(wordA.length), b.slice(wordB.length)]
    const [digitsA, digitsB] = [/^\d*/.exec(restA)?.[0] ?? '', /^\d*/.exec(restB)?.[0] ?? '']
    const digits = compareDigits(digitsA, digitsB)
    if (digits !== 0) return digits
    a = restA.slice(digitsA.length)
    b = restB.slice(digitsB.length)
  }
  return 0
}

function compareDigits(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b)
  return difference === 0n ? 0 : difference < 0n ? -1 : 1
}

function compareWords(a: string, b: string): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = weight(a[at]) - weight(b[at])
    if (difference !== 0) return difference
  }
  return 0
}

/** ~ is before the end of the text, letters before the rest. */
function weight(character: string | undefined): number {
  if (character === undefined) return 0
  if (character === '~') return -1
  const code = character.charCodeAt(0)
  return /[A-Za-z]/.test(character) ? code : code + 256
}
