/** One vrrp_instance as a configuration has it; undefined = not set. */
export interface VrrpInstance {
  name: string
  interface: string | undefined
  vrid: number | undefined
  priority: number | undefined
  advert: number | undefined
  state: string | undefined
  nopreempt: boolean
  source: string | undefined
  peers: readonly string[]
  /** auth_pass, as written. */
  password: string | undefined
  /** As written: address/prefix, without what follows. */
  addresses: readonly string[]
}

export interface KeepalivedConf {
  version: number | undefined
  instances: readonly VrrpInstance[]
}

interface Block {
  words: readonly string[]
  children: Block[]
}

/** Reads as much of a keepalived.conf as concerns VRRP. Lines that it does not know are left aside. */
export function readKeepalivedConf(text: string): KeepalivedConf {
  const root = readBlocks(text)
  const globals = root.filter(({ words }) => words[0] === 'global_defs').flatMap(({ children }) => children)
  return {
    version: number(globals, 'vrrp_version'),
    instances: root.filter(({ words }) => words[0] === 'vrrp_instance').map(readInstance),
  }
}

function readInstance({ words, children }: Block): VrrpInstance {
  const listOf = (name: string) =>
    children
      .filter((child) => child.words[0] === name)
      .flatMap((child) => child.children.map((one) => one.words[0] ?? ''))
  return {
    name: words[1] ?? '',
    interface: word(children, 'interface'),
    vrid: number(children, 'virtual_router_id'),
    priority: number(children, 'priority'),
    advert: number(children, 'advert_int'),
    state: word(children, 'state'),
    nopreempt: children.some((child) => child.words[0] === 'nopreempt'),
    source: word(children, 'unicast_src_ip'),
    peers: listOf('unicast_peer'),
    password: word(
      children.filter((child) => child.words[0] === 'authentication').flatMap((child) => child.children),
      'auth_pass',
    ),
    addresses: listOf('virtual_ipaddress'),
  }
}

function word(blocks: readonly Block[], name: string): string | undefined {
  return blocks.findLast(({ words }) => words[0] === name)?.words[1]
}

function number(blocks: readonly Block[], name: string): number | undefined {
  const text = word(blocks, name)
  return text === undefined || Number.isNaN(Number(text)) ? undefined : Number(text)
}

/** A setting a line; braces may stand on its line or on their own. # and ! begin comments, at the begin of a word. */
function readBlocks(text: string): Block[] {
  const root: Block[] = []
  const open = [root]
  let words: string[] = []
  const flush = (): void => {
    if (words.length > 0) open.at(-1)?.push({ words, children: [] })
    words = []
  }
  for (const line of text.split('\n')) {
    for (const word of line
      .replace(/(^|\s)[#!].*$/, '')
      .replaceAll(/[{}]/g, ' $& ')
      .split(/\s+/)) {
      if (word === '{') {
        flush()
        open.push(open.at(-1)?.at(-1)?.children ?? [])
      } else if (word === '}') {
        flush()
        if (open.length > 1) open.pop()
      } else if (word !== '') words.push(word)
    }
    flush()
  }
  return root
}
