/** What a server has said before the body. */
export interface HttpHead {
  /** undefined: the scheme has none, such as file:. */
  status: number | undefined
  reason: string
  /** Names in lower case. A header that comes several times is joined with commas, as Python's urllib does it. */
  headers: ReadonlyMap<string, string>
  /** Where the answer came from, after redirects. */
  url: string
}

interface Block {
  status: number
  reason: string
  headers: Map<string, string>
}

/** Reads the heads that httpFunction wrote to descriptor 3: the last one counts, those before lead there. */
export function readHeads(text: string, asked: string): HttpHead {
  const blocks: Block[] = []
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim()
    const status = /^(?:wget: server returned error: )?HTTP\/\d(?:\.\d)? (\d{3})(?: (.*))?$/.exec(line)
    const last = blocks.at(-1)
    if (status) {
      // busybox says the status of a failure twice.
      if (line.startsWith('wget:') && last?.status === Number(status[1])) continue
      blocks.push({ status: Number(status[1]), reason: status[2] ?? '', headers: new Map() })
      continue
    }
    const header = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(line)
    if (!header || !last) continue
    const [, name = '', value = ''] = header
    const before = last.headers.get(name.toLowerCase())
    last.headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`)
  }
  let url = asked
  for (const block of blocks.slice(0, -1)) {
    const to = block.headers.get('location')
    if (block.status >= 300 && block.status < 400 && to !== undefined && URL.canParse(to, url))
      url = new URL(to, url).href
  }
  const last = blocks.at(-1)
  return {
    status: last?.status,
    reason: last?.reason ?? '',
    headers: last?.headers ?? new Map<string, string>(),
    url,
  }
}
