/** An element of a rich rule: `source address="10.0.0.1"`, with the rate limit that belongs to it. */
interface Element {
  name: string
  attributes: string[]
}

const ELEMENTS =
  'rule source destination service port protocol icmp-block icmp-type masquerade forward-port source-port tcp-mss-clamp log nflog audit limit accept reject drop mark'.split(
    ' ',
  )

/** What is wrong with a rule at first sight; the rest firewalld itself will say. */
export function ruleProblem(rule: string): string | undefined {
  const names = elementsOf(rule).map(({ name }) => name)
  if (names[0] !== 'rule') return 'it does not begin with rule'
  const strange = names.find((name) => !ELEMENTS.includes(name))
  return strange === undefined ? undefined : `there is no element ${strange}`
}

/**
 * A form in which two spellings of one rule are the same text: firewalld lists a rule with quotes and in its own
 * order, whoever wrote it otherwise. Not a rule to give to firewalld.
 */
export function canonicalRule(rule: string): string {
  return withLimits(elementsOf(rule))
    .map(({ name, attributes }) => [name, ...attributes.toSorted()].join(' '))
    .toSorted()
    .join('; ')
}

function elementsOf(rule: string): Element[] {
  const elements: Element[] = []
  for (const [, word = '', double, single, bare] of rule.matchAll(
    /([^\s="']+)(?:=(?:"([^"]*)"|'([^']*)'|(\S*)))?/g,
  )) {
    const value = double ?? single ?? bare
    const last = elements.at(-1)
    if (value === undefined && !/^(?:not|invert)$/i.test(word)) elements.push({ name: word, attributes: [] })
    else if (value === undefined) last?.attributes.push('not')
    // 0 is what a rule without a priority has.
    else if (!(word === 'priority' && value === '0')) last?.attributes.push(`${word}=${value}`)
  }
  return elements
}

/** A limit belongs to what stands before it, the log or the action. */
function withLimits(elements: readonly Element[]): Element[] {
  const out: Element[] = []
  for (const { name, attributes } of elements) {
    const last = out.at(-1)
    if (name === 'limit' && last) last.attributes.push(...attributes.map((one) => `limit.${one}`))
    else out.push({ name, attributes: [...attributes] })
  }
  return out
}
