import { type Entry, find, findAll, numberOf, parseKeepalived } from './keepalived-text.ts'

/** What of a vrrp_script matters here. */
export interface CheckScript {
  name: string
  command: string
  interval: number
  timeout: number
  fall: number
  weight: number
  line: number
}

/** What of a vrrp_instance matters here. */
export interface Instance {
  name: string
  entry: Entry
  state: string
  version: number
  vrid: number | undefined
  priority: number
  nopreempt: Entry | undefined
  /** Tracked things with their weight. */
  tracked: readonly { name: string; weight: number; line: number }[]
}

export interface Config {
  entries: readonly Entry[]
  global: readonly Entry[]
  scripts: readonly CheckScript[]
  instances: readonly Instance[]
}

/** The check scripts of a configuration. */
export function scriptsOf(text: string): readonly CheckScript[] {
  return readConfig(text).scripts
}

/** What of a keepalived.conf matters here. */
export function readConfig(text: string): Config {
  const entries = parseKeepalived(text)
  const global = find(entries, 'global_defs')?.children ?? []
  const version = numberOf(find(global, 'vrrp_version')) ?? 2
  const scripts = findAll(entries, 'vrrp_script').map(readScript)
  const others = findAll(entries, 'vrrp_track_process', 'track_file', 'vrrp_track_file').map((entry) => ({
    name: entry.words[1] ?? '',
    weight: numberOf(find(entry.children, 'weight')) ?? 1,
  }))
  const weights = new Map([...scripts, ...others].map(({ name, weight }) => [name, weight]))
  const instances = findAll(entries, 'vrrp_instance').map((entry) => readInstance(entry, version, weights))
  return { entries, global, scripts, instances }
}

function readScript(entry: Entry): CheckScript {
  const value = (name: string) => numberOf(find(entry.children, name))
  const interval = value('interval') ?? 1
  return {
    name: entry.words[1] ?? '',
    command: find(entry.children, 'script')?.words.slice(1).join(' ') ?? '',
    interval,
    timeout: value('timeout') ?? interval,
    fall: value('fall') ?? 1,
    weight: value('weight') ?? 0,
    line: entry.line,
  }
}

function readInstance(entry: Entry, version: number, weights: ReadonlyMap<string, number>): Instance {
  const { children } = entry
  const tracked = findAll(children, 'track_script', 'track_process', 'track_file').flatMap((list) =>
    list.children.map(({ words, line }) => {
      const [name = '', , weight] = words
      return { name, weight: weight === undefined ? (weights.get(name) ?? 0) : Number(weight), line }
    }),
  )
  const ipv6 = find(children, 'virtual_ipaddress')?.children.some((one) => one.words[0]?.includes(':'))
  return {
    name: entry.words[1] ?? '',
    entry,
    state: find(children, 'state')?.words[1] ?? 'BACKUP',
    version: ipv6 === true ? 3 : (numberOf(find(children, 'version')) ?? version),
    vrid: numberOf(find(children, 'virtual_router_id')),
    priority: numberOf(find(children, 'priority')) ?? 100,
    nopreempt: find(children, 'nopreempt'),
    tracked,
  }
}
