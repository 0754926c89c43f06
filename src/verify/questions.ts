import type { Answer, Question } from '../connect/connection.ts'
import { Inquiry } from '../converge/answers.ts'
import { parseAddress } from '../ha/address.ts'
import type { View } from '../ha/view.ts'
import { sh } from '../shell/sh.ts'
import { Unknown } from '../world/kind.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { World, type WorldQuestion } from '../world/world.ts'
import { readClock, readNeighbours, readStates, readVersion } from './read.ts'
import type { Kubernetes, NodeSeen } from './seen.ts'

const KEEPALIVED_CONF = '/etc/keepalived/keepalived.conf'
const HAPROXY_CFG = '/etc/haproxy/haproxy.cfg'
const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'
const KUBELET = '/var/lib/kubelet'
const CA = '/etc/kubernetes/pki/ca.crt'
const ETCD = 2379

/** Users other than root do not have them all. */
const PATHS = sh`PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
`

const ADDRESSES: ScriptAsk = { id: 'verify addresses', text: sh`${PATHS}ip -o addr show` }

/** /sys has what `ip -o link` prints, in a form that all versions share. */
const MACS: ScriptAsk = { id: 'verify macs', text: sh`cat /sys/class/net/*/address 2>/dev/null` }

const CLOCK = sh`date +%s.%N`

/** A journal can be long; states are said seldom, and a reboot begins a new one. */
const STATES: ScriptAsk = {
  id: 'verify states',
  text: sh`journalctl -b -u keepalived.service -n 2000 -o cat --no-pager 2>/dev/null | grep -iE 'entering (master|backup|fault|init) state' || :`,
}

function versionOf(program: 'haproxy' | 'keepalived'): ScriptAsk {
  const look = program === 'haproxy' ? sh`haproxy -v` : sh`keepalived --version`
  return {
    id: `verify version of ${program}`,
    text: sh`${PATHS}${look} 2>&1 | head -n 1`,
  }
}

function neighbour(vip: string): ScriptAsk {
  return { id: `verify neighbour ${vip}`, text: sh`${PATHS}ip neigh show to ${vip}` }
}

/** keepalived runs its check the same way: words without a shell's expansions. */
function check(command: string): ScriptAsk {
  return { id: 'verify check', text: sh`${command.split(/\s+/).filter(Boolean)}` }
}

/** What a glance asks of one host, as one message. */
export function glanceQuestions(view: View): Question[] {
  const inquiry = new Inquiry()
  inquiry.add(fewQuestions(view))
  return inquiry.questions()
}

/** What a glance saw: the rest is empty. */
export function readGlance(view: View, answers: ReadonlyMap<string, Answer>): NodeSeen {
  const nothing = { macs: [], neighbours: new Map(), versions: new Map(), sysctls: new Map() }
  const unread = { clock: undefined, keepalivedConf: undefined, haproxyCfg: undefined }
  return {
    ...nothing,
    ...unread,
    ...readFew(view, new Answered(fewQuestions(view), answers)),
    kubernetes: NO_KUBERNETES,
  }
}

/** Everything that verify asks of one host, as one message. */
export function questionsFor(view: View): Question[] {
  const inquiry = new Inquiry()
  inquiry.add(worldQuestions(view))
  // The clock first and last: the true difference then lies between two bounds that only the network widens.
  return [{ id: 'clock before', script: CLOCK }, ...inquiry.questions(), { id: 'clock after', script: CLOCK }]
}

/** What a glance asks, every second perhaps: who has the address, and what runs. */
function fewQuestions(view: View): WorldQuestion[] {
  const scripts = [ADDRESSES]
  if (view.keepalived) {
    scripts.push(STATES)
    if (hasCheck(view)) scripts.push(check(view.check.command))
  }
  return [
    ...programsOf(view).map((name): WorldQuestion => ({ kind: 'unit', ask: { name: `${name}.service` } })),
    ...scripts.map((ask): WorldQuestion => ({ kind: 'script', ask })),
  ]
}

function worldQuestions(view: View): WorldQuestion[] {
  const scripts = [MACS, ...view.vips.map(neighbour)]
  const out = fewQuestions(view)
  for (const program of programsOf(view)) {
    scripts.push(versionOf(program))
    out.push({ kind: 'package', ask: { name: program } })
  }
  if (view.keepalived) out.push({ kind: 'path', ask: { path: KEEPALIVED_CONF, contentUnless: '' } })
  if (view.haproxy) out.push({ kind: 'path', ask: { path: HAPROXY_CFG, contentUnless: '' } })
  if (view.apiserver.here) {
    out.push(
      { kind: 'path', ask: { path: MANIFEST } },
      { kind: 'path', ask: { path: KUBELET } },
      { kind: 'path', ask: { path: CA, contentUnless: '' } },
      { kind: 'port', ask: { port: ETCD } },
    )
  }
  for (const { name } of view.sysctls) out.push({ kind: 'sysctl', ask: { name } })
  return [...out, ...scripts.map((ask): WorldQuestion => ({ kind: 'script', ask }))]
}

/** The programs of the endpoint that the host is to run. */
export function programsOf(view: View): ('haproxy' | 'keepalived')[] {
  return [...(view.haproxy ? ['haproxy' as const] : []), ...(view.keepalived ? ['keepalived' as const] : [])]
}

function hasCheck(view: View): boolean {
  return typeof view.check.command === 'string' && view.check.command !== ''
}

/** The answers to some questions. */
class Answered {
  readonly world: World

  constructor(questions: readonly WorldQuestion[], answers: ReadonlyMap<string, Answer>) {
    const inquiry = new Inquiry()
    inquiry.add(questions)
    this.world = new World(inquiry.read(answers))
  }

  text(ask: ScriptAsk): string {
    return this.world.get('script', ask).stdout.toString('utf8')
  }
}

function readFew(view: View, said: Answered): Pick<NodeSeen, 'addresses' | 'units' | 'states' | 'check'> {
  const ran =
    hasCheck(view) && view.keepalived ? said.world.get('script', check(view.check.command)) : undefined
  return {
    addresses: readAddresses(said.text(ADDRESSES)),
    units: new Map(
      programsOf(view).map((name) => {
        const reply = said.world.peek('unit', { name: `${name}.service` })
        return [name, reply instanceof Unknown ? 'unknown' : reply]
      }),
    ),
    states: view.keepalived ? readStates(said.text(STATES)) : new Map(),
    check: ran && { code: ran.code, words: `${ran.stdout.toString()}${ran.stderr.toString()}`.trim() },
  }
}

/** What the answers say. `sent` and `received` are the controller's clock, in milliseconds since 1970. */
export function readNode(
  view: View,
  answers: ReadonlyMap<string, Answer>,
  times: { sent: number; received: number },
): NodeSeen {
  const said = new Answered(worldQuestions(view), answers)
  const { world } = said
  const clocks = [answers.get('clock before'), answers.get('clock after')].map((one) =>
    one?.stdout.toString(),
  )
  return {
    ...readFew(view, said),
    macs: said.text(MACS).toLowerCase().split(/\s+/).filter(Boolean),
    neighbours: new Map(view.vips.map((vip) => [vip, readNeighbours(said.text(neighbour(vip)))])),
    versions: new Map(
      programsOf(view).flatMap((program): [string, string][] => {
        const version = installed(world, program) ?? readVersion(said.text(versionOf(program)))
        return version === undefined ? [] : [[program, version]]
      }),
    ),
    sysctls: new Map(view.sysctls.map(({ name }) => [name, world.get('sysctl', { name }).value])),
    clock: readClock(clocks[0], clocks[1], times),
    keepalivedConf: view.keepalived ? content(world, KEEPALIVED_CONF) : undefined,
    haproxyCfg: view.haproxy ? content(world, HAPROXY_CFG) : undefined,
    kubernetes: view.apiserver.here ? kubernetes(world) : NO_KUBERNETES,
  }
}

/** The package's version tells builds apart that call themselves the same. */
function installed(world: World, name: string): string | undefined {
  const reply = world.peek('package', { name })
  return reply instanceof Unknown ? undefined : reply.installed
}

const NO_KUBERNETES: Kubernetes = { kubelet: false, apiserverManifest: false, ca: undefined, etcd: false }

function kubernetes(world: World): Kubernetes {
  const exists = (path: string): boolean => {
    const reply = world.peek('path', { path })
    return !(reply instanceof Unknown) && reply.exists
  }
  return {
    kubelet: exists(KUBELET),
    apiserverManifest: exists(MANIFEST),
    ca: content(world, CA),
    etcd: world.get('port', { port: ETCD }).listeners.length > 0,
  }
}

function content(world: World, path: string): string | undefined {
  const reply = world.peek('path', { path })
  if (reply instanceof Unknown || !reply.exists) return undefined
  return reply.content?.toString('utf8')
}

/** "2: eth0    inet 10.0.0.1/24 brd … scope global eth0", one address a line. */
export function readAddresses(text: string): NodeSeen['addresses'] {
  return text.split('\n').flatMap((line) => {
    const match = /^\d+:\s+(\S+)\s+inet6?\s+([\da-fA-F.:]+)/.exec(line)
    const address = parseAddress(match?.[2] ?? '')?.address
    return match?.[1] === undefined || address === undefined ? [] : [{ interface: match[1], address }]
  })
}
