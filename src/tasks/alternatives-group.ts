/** One alternative of a group: what the link may lead to. */
export interface Alternative {
  priority: number
  /** Paths of the links that go along, by their names. */
  slaves: ReadonlyMap<string, string>
}

/** What update-alternatives says of a name. */
export interface Group {
  mode: 'auto' | 'manual'
  /** Where the link leads now. */
  value: string | undefined
  /** The link itself; Red Hat's tool does not tell it. */
  link: string | undefined
  /** Links that go along, by their names. */
  slaveLinks: ReadonlyMap<string, string>
  all: ReadonlyMap<string, Alternative>
}

/** Reads `update-alternatives --display`, of Debian or of Red Hat; undefined where there is no such name. */
export function parseGroup(text: string): Group | undefined {
  const mode = /\s-\s(?:status is )?(auto|manual)(?: mode|\.)$/m.exec(text)?.[1]
  if (mode === undefined) return undefined
  const all = new Map<string, { priority: number; slaves: Map<string, string> }>()
  const slaveLinks = new Map<string, string>()
  let current: Map<string, string> | undefined
  for (const line of text.split('\n')) {
    const [, path, priority] = /^(\/.*) - (?:family \S+ )?priority (-?\d+)$/.exec(line) ?? []
    if (path !== undefined) {
      current = new Map()
      all.set(path, { priority: Number(priority), slaves: current })
      continue
    }
    const [, slave, target] = /^ +(?:slave|follower) (\S+): (.*)$/.exec(line) ?? []
    if (slave !== undefined && target !== undefined && target !== '(null)') current?.set(slave, target)
    const [, named, link] = /^ +(?:slave|follower) (\S+) is (.*)$/.exec(line) ?? []
    if (named !== undefined && link !== undefined) slaveLinks.set(named, link)
  }
  return {
    mode: mode === 'manual' ? 'manual' : 'auto',
    value: /^ *link currently points to (.*)$/m.exec(text)?.[1],
    // Debian's tool also names what is best: "link best version is …".
    link: /^ *link (?!best |currently )\S+ is (.*)$/m.exec(text)?.[1],
    slaveLinks,
    all,
  }
}

/** The same text as Debian's tool writes it, for parseGroup. */
export function formatGroup(name: string, group: Group | undefined): string {
  if (!group) return ''
  const lines = [`${name} - ${group.mode} mode`]
  if (group.value !== undefined) lines.push(`  link currently points to ${group.value}`)
  if (group.link !== undefined) lines.push(`  link ${name} is ${group.link}`)
  for (const [slave, link] of group.slaveLinks) lines.push(`  slave ${slave} is ${link}`)
  for (const [path, { priority, slaves }] of group.all) {
    lines.push(`${path} - priority ${priority}`)
    for (const [slave, target] of slaves) lines.push(`  slave ${slave}: ${target}`)
  }
  return `${lines.join('\n')}\n`
}

/** The group with this alternative, which auto mode chooses if none has a higher priority. */
export function withAlternative(
  group: Group | undefined,
  path: string,
  added: Alternative,
  links: { link: string; slaves: ReadonlyMap<string, string> },
): Group {
  const before: Group = group ?? {
    mode: 'auto',
    value: undefined,
    link: links.link,
    slaveLinks: new Map(),
    all: new Map(),
  }
  const all = new Map([...before.all, [path, added] as const])
  const made = {
    ...before,
    link: links.link,
    all,
    slaveLinks: new Map([...before.slaveLinks, ...links.slaves]),
  }
  return sorted(made.mode === 'auto' ? automatic(made) : made)
}

/** Debian's tool keeps them by their paths, and adds a new one last until then. */
function sorted(group: Group): Group {
  return { ...group, all: new Map([...group.all].toSorted(([one], [other]) => (one < other ? -1 : 1))) }
}

/** The group without it; undefined: none is left, and the links are gone. What was chosen by hand goes back to auto mode. */
export function withoutAlternative(group: Group, path: string): Group | undefined {
  const all = new Map([...group.all].filter(([one]) => one !== path))
  if (all.size === 0) return undefined
  const rest = { ...group, all }
  return group.mode === 'auto' || group.value === path ? automatic(rest) : rest
}

/** The group in auto mode: the highest priority counts; among equals the one that is chosen already. */
export function automatic(group: Group): Group {
  const highest = Math.max(...[...group.all.values()].map(({ priority }) => priority))
  const best = [...group.all].filter(([, { priority }]) => priority === highest).map(([path]) => path)
  const value = group.value !== undefined && best.includes(group.value) ? group.value : best[0]
  return { ...group, mode: 'auto', value }
}
