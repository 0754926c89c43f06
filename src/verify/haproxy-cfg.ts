/** A server line of a haproxy configuration. */
export interface ServerLine {
  backend: string
  name: string
  /** Address and port as written. */
  address: string
}

/** The servers of all backends, in the order of the file. */
export function readServers(text: string): ServerLine[] {
  const out: ServerLine[] = []
  let section = ''
  for (const line of text.split('\n')) {
    const words = line.replace(/#.*$/, '').split(/\s+/).filter(Boolean)
    const [first, second = '', third] = words
    if (first === undefined) continue
    if (!/^\s/.test(line)) section = first === 'backend' || first === 'listen' ? second : ''
    else if (first === 'server' && section !== '' && third !== undefined)
      out.push({ backend: section, name: second, address: third })
  }
  return out
}

/** Where the bundled template has the API servers. */
const API_BACKEND = 'kubernetes-api'

/**
 * The servers that API clients are sent to: those of the bundled template's backend, or of all backends in a
 * configuration of somebody else.
 */
export function apiServerLines(text: string): ServerLine[] {
  const all = readServers(text)
  const own = all.filter(({ backend }) => backend === API_BACKEND)
  return own.length > 0 ? own : all
}

/** "10.0.0.1:6443", "[fd00::1]:6443" and "fd00::1:6443" taken apart; undefined for what is no address and port. */
export function splitServer(address: string): { host: string; port: number } | undefined {
  const match = /^\[?(?:ipv[46]@)?([^[\]\s]+?)\]?:(\d{1,5})$/.exec(address)
  if (match?.[1] === undefined) return undefined
  return { host: match[1], port: Number(match[2]) }
}
