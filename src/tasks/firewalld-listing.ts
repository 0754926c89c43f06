/** Settings of zones or policies by name, as firewall-cmd lists them: the values of each field. */
export type Listing = Map<string, Fields>
export type Fields = Map<string, Set<string>>

/** What a question printed, by the lines `== name` between its parts. */
export function readSections(stdout: Buffer): Map<string, string> {
  const sections = new Map<string, string>()
  for (const part of `\n${stdout.toString('utf8')}`.split('\n== ').slice(1)) {
    const at = part.indexOf('\n')
    sections.set(at === -1 ? part : part.slice(0, at), at === -1 ? '' : part.slice(at + 1))
  }
  return sections
}

/** Fields whose values have blanks; each stands on a line of its own. */
const WHOLE = new Set(['rule', 'entry'])

/** What firewall-cmd lists: a name, and below it fields with values, or a value a line. */
export function readListing(text: string): Listing {
  const out: Listing = new Map()
  let fields: Fields = new Map()
  let values = new Set<string>()
  for (const line of text.split('\n')) {
    const [, name, rest = ''] = /^ {2}([^:\s][^:]*):(.*)$/.exec(line) ?? []
    if (line.startsWith('\t')) values.add(line.trim())
    else if (name !== undefined) {
      values = fields.get(name) ?? new Set()
      fields.set(name, values)
      for (const word of WHOLE.has(name) ? [rest.trim()] : rest.split(/\s+/))
        if (word !== '') values.add(word)
    } else if (line !== '') {
      // `public (active)`, in newer releases `public (default, active)`.
      const title = line.replace(/ \(.*\)$/, '')
      fields = out.get(title) ?? new Map()
      out.set(title, fields)
    }
  }
  return out
}

/** The same the other way round, for what check mode predicts. */
export function listingText(listing: Listing): string {
  const field = ([name, values]: [string, ReadonlySet<string>]) => {
    const list = [...values]
    const alone = list.some((value) => value.includes(' '))
    return alone
      ? `  ${name}: \n${list.map((value) => `\t${value}\n`).join('')}`
      : `  ${name}: ${list.join(' ')}\n`
  }
  return [...listing].map(([name, fields]) => `${name}\n${[...fields].map(field).join('')}\n`).join('')
}
