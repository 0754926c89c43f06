/** An element of a rich rule: `source address="10.0.0.1"`, with the rate limit that belongs to it. */
interface Element {
  name: string
  attributes: string[]
}

/**
 * A form in which two spellings of one rule are the same text: firewalld lists a rule with quotes and in its own
 * order, whoever wrote it otherwise. Not a rule to give to firewalld.
 */
export function canonicalRule(rule: string): string {
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
  return withLimits(elements)
    .map(({ name, attributes }) => [name, ...attributes.toSorted()].join(' '))
    .toSorted()
    .join('; ')
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
