import { secondsOf, SHORT_IDLE } from '../haproxy-time.ts'
import { inOrder, type LintProblem } from './problem.ts'
import { scriptsOf } from './keepalived-config.ts'

interface Line {
  words: readonly string[]
  line: number
}

interface Section {
  kind: string
  name: string
  line: number
  lines: readonly Line[]
  /** Lines of the defaults before it. */
  defaults: readonly Line[]
}

const KINDS =
  /^(global|defaults|frontend|backend|listen|peers|resolvers|userlist|mailers|program|cache|ring)$/

/** Reads haproxy.cfg into its sections. */
export function parseHaproxy(text: string): Section[] {
  const sections: (Section & { lines: Line[] })[] = []
  let defaults: readonly Line[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const words = wordsOf(raw)
    const [first = ''] = words
    if (first === '') continue
    if (KINDS.test(first)) {
      const lines: Line[] = []
      sections.push({ kind: first, name: words[1] ?? '', line: index + 1, lines, defaults })
      if (first === 'defaults') defaults = lines
    } else sections.at(-1)?.lines.push({ words, line: index + 1 })
  }
  return sections
}

function wordsOf(line: string): string[] {
  const words: string[] = []
  for (const [whole, double, single] of line.matchAll(
    /"((?:\\.|[^"])*)"|'([^']*)'|#.*|(?:\\.|[^\s"'#\\])+/g,
  )) {
    if (whole.startsWith('#')) break
    words.push(double ?? single ?? whole)
  }
  return words
}

/** Mistakes in haproxy.cfg before a Kubernetes API that haproxy itself takes. */
export function lintHaproxy(text: string): LintProblem[] {
  const sections = parseHaproxy(text)
  const backends = sections.filter(({ kind }) => kind === 'backend' || kind === 'listen')
  return inOrder([
    ...backends.flatMap((section) => [...checkProblems(section), ...serverProblems(section)]),
    ...sections.filter(({ kind }) => kind === 'defaults' || kind === 'listen').flatMap(idleProblems),
  ])
}

function option(section: Section, name: string): Line | undefined {
  return [...section.lines, ...section.defaults].find(
    ({ words }) => words[0] === 'option' && words[1] === name,
  )
}

function serversOf(section: Section): Line[] {
  return section.lines.filter(({ words }) => words[0] === 'server')
}

/** Words that hold for all servers of a section. */
function common(section: Section): string[] {
  return [...section.lines, ...section.defaults].flatMap(({ words }) =>
    words[0] === 'default-server' ? words.slice(1) : [],
  )
}

function checkProblems(section: Section): LintProblem[] {
  const servers = serversOf(section)
  if (servers.length === 0) return []
  const problems: LintProblem[] = []
  const hello = option(section, 'ssl-hello-chk')
  if (hello)
    problems.push({
      code: 'ssl-hello-chk',
      line: hello.line,
      message: `ssl-hello-chk greets with SSLv3, which API servers refuse and log${option(section, 'httpchk') ? '; of it and httpchk only the last one counts' : ''}`,
      hint: 'write option httpchk GET /readyz, and check check-ssl verify none on the servers',
    })
  const all = common(section)
  const plain = servers.find(
    ({ words }) =>
      /:(6443|8443)$/.test(words[2] ?? '') &&
      ![...all, ...words].some((word) => /^(check-ssl|ssl)$/.test(word)),
  )
  if (plain && option(section, 'httpchk') && !hello)
    problems.push({
      code: 'check-without-tls',
      line: plain.line,
      message:
        'httpchk without check-ssl speaks plain HTTP to a port that speaks TLS: the check never succeeds',
      hint: 'add check-ssl verify none',
    })
  const unchecked = servers.find(({ words }) => ![...all, ...words].includes('check'))
  if (unchecked)
    problems.push({
      code: 'server-without-check',
      line: unchecked.line,
      message: `${unchecked.words[1]} has no check: haproxy sends requests there when it is gone`,
      hint: 'add check',
    })
  return problems
}

function serverProblems(section: Section): LintProblem[] {
  const seen = new Map<string, string>()
  return serversOf(section).flatMap(({ words, line }) => {
    const [, name = '', address = ''] = words
    const other = seen.get(address)
    seen.set(address, other ?? name)
    if (other === undefined) return []
    const message = `${name} is ${address}, and so is ${other}: one of them is written wrongly`
    return [{ code: 'server-twice', line, message, hint: 'write the address of each server' }]
  })
}

function idleProblems(section: Section): LintProblem[] {
  const mode = section.lines.find(({ words }) => words[0] === 'mode')?.words[1]
  if (mode === 'http') return []
  return section.lines.flatMap(({ words, line }) => {
    const [first, which, value] = words
    const time = secondsOf(value)
    if (first !== 'timeout' || (which !== 'client' && which !== 'server')) return []
    if (time === undefined || time >= SHORT_IDLE) return []
    return [
      {
        code: 'idle-timeout',
        line,
        message: `timeout ${which} ${value} cuts kubectl logs -f, exec and watches that are silent for so long`,
        hint: 'write an hour or more, with option clitcpka and srvtcpka to find peers that are gone',
      },
    ]
  })
}

/**
 * keepalived's check of the API through haproxy must be slower than haproxy's own checks: else one API server that
 * dies moves the address, which cuts all connections. Lines are those of keepalived.conf.
 */
export function lintPair(keepalived: string, haproxy: string): LintProblem[] {
  const slowest = Math.max(0, ...parseHaproxy(haproxy).map(evictionTime))
  return scriptsOf(keepalived).flatMap(({ name, command, interval, fall, line }) => {
    const behind = /\/(readyz|healthz|livez)\b|:\d{4,5}\b/.test(command)
    const time = interval * fall
    if (!behind || slowest === 0 || time > slowest) return []
    return [
      {
        code: 'keepalived-quicker',
        line,
        message: `${name} fails after ${time} s, and haproxy needs ${slowest} s to drop a dead API server: the address moves for nothing`,
        hint: 'let the check ask haproxy itself (monitor-uri), or make it slower than haproxy',
      },
    ]
  })
}

/** Seconds until a server that does not answer is dropped: its checks, an interval apart, and their time-outs. */
function evictionTime(section: Section): number {
  const servers = serversOf(section)
  if (servers.length === 0) return 0
  const all = [...common(section), ...(servers[0]?.words ?? [])]
  if (!all.includes('check')) return 0
  const value = (name: string) => all[all.indexOf(name) + 1]
  const inter = (all.includes('inter') ? secondsOf(value('inter')) : undefined) ?? 2
  const fast = (all.includes('fastinter') ? secondsOf(value('fastinter')) : undefined) ?? inter
  const fall = all.includes('fall') ? Number(value('fall')) : 3
  const timeout = [...section.lines, ...section.defaults].find(
    ({ words }) => words[0] === 'timeout' && words[1] === 'check',
  )
  return inter + (fall - 1) * fast + fall * (secondsOf(timeout?.words[2]) ?? inter)
}
