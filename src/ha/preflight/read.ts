import type { Answer } from '../../connect/connection.ts'
import { readAddresses } from '../../verify/questions.ts'
import { readClock } from '../../verify/read.ts'
import { showAddress } from '../../world/port.ts'
import { type Family, parseAddress } from '../address.ts'
import { type Advert, addressOf, readAdvert } from './packet.ts'
import type { Heard, HostSeen, Listener, Neighbour } from './seen.ts'
import { LISTEN } from './speak.ts'

type Answers = ReadonlyMap<string, Answer>

/** When a message was sent and when its answers were in: the controller's clock, in milliseconds since 1970. */
export interface Times {
  sent: number
  received: number
}

/** The answers to lookQuestions. */
export function readHost(answers: Answers, times: Times): HostSeen {
  const text = (id: string): string => answers.get(id)?.stdout.toString('utf8') ?? ''
  const signs = text('kubernetes').split('\n')
  const conf = text('keepalived.conf')
  return {
    addresses: readAddresses(text('addresses')),
    macs: text('macs').toLowerCase().split(/\s+/).filter(isMac),
    neighbours: text('neighbours').split('\n').flatMap(readNeighbour),
    units: readUnits(text('units')),
    programs: new Set(text('programs').split('\n').filter(Boolean)),
    keepalivedConf: conf === '' ? undefined : conf,
    listeners: text('listeners').split('\n').flatMap(readListener),
    configuredPorts: readConfigured(text('haproxy binds')),
    clock: readClock(text('clock before'), text('clock after'), times),
    ...readNames(text('names')),
    free: readFree(text('disk')),
    selinux: text('selinux').trim() || undefined,
    kubernetes: {
      kubelet: signs.includes('kubelet'),
      apiserverManifest: signs.includes('manifest'),
      ca: text('ca') || undefined,
      etcd: false,
    },
  }
}

/** The loopback has one of zeros, and would make all hosts the same machine. */
function isMac(word: string): boolean {
  return /^[\da-f]{2}(?::[\da-f]{2})+$/.test(word) && !/^[0:]+$/.test(word)
}

/** "10.0.0.1 dev eth0 lladdr 02:42:0a:00:00:01 REACHABLE" */
function readNeighbour(line: string): Neighbour[] {
  const [, address, mac] = /^(\S+) dev \S+ lladdr (\S+)/.exec(line) ?? []
  const parsed = parseAddress(address ?? '')
  return parsed && mac !== undefined ? [{ address: parsed.address, mac: mac.toLowerCase() }] : []
}

function readUnits(text: string): HostSeen['units'] {
  const out = new Map<'haproxy' | 'keepalived' | 'firewalld', string>()
  for (const line of text.split('\n')) {
    const [name, state = ''] = line.split(' ')
    if (name === 'haproxy' || name === 'keepalived' || name === 'firewalld') out.set(name, state)
  }
  return out
}

/** Ports of haproxy's lines `bind`, with several addresses and names of a group as haproxy takes them. */
function readConfigured(text: string): Set<number> {
  const ports = [...text.matchAll(/:(\d+)(?:-(\d+))?(?=[\s,]|$)/gm)].map(([, first]) => Number(first))
  return new Set(ports)
}

/** "listener 0100007F:20D4 no 123 python3", with an address as the kernel prints it. */
function readListener(line: string): Listener[] {
  const match = /^listener ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) (yes|no) (\d*) ?(.*)$/.exec(line)
  if (!match) return []
  const [, address = '', port = '', ours, pid = '', name = ''] = match
  const owner = pid === '' ? undefined : { pid: Number(pid), name, ours: ours === 'yes' }
  return [{ address: showAddress(address), port: Number.parseInt(port, 16), owner }]
}

function readNames(text: string): Pick<HostSeen, 'hostname' | 'names'> {
  const names = new Map<string, string[]>()
  let hostname = ''
  for (const line of text.split('\n')) {
    const [word, name = '', ...addresses] = line.split(' ').filter(Boolean)
    if (word === 'self') hostname = name
    if (word === 'name') names.set(name, [...new Set(addresses)])
  }
  return { hostname, names }
}

/** "/var /dev/vda1 1000 400 600 40% /": the directory, and what `df -Pk` says of its file system. */
function readFree(text: string): Map<string, number> {
  const out = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, directory, free] = /^(\S+) .*?\s\d+\s+\d+\s+(\d+)\s+\d+%\s/.exec(`${line} `) ?? []
    if (directory !== undefined && free !== undefined) out.set(directory, Number(free))
  }
  return out
}

/** What speakScript printed. */
export function readHeard(text: string, times: Times): Heard {
  const adverts: Advert[] = []
  const errors: string[] = []
  const vips = new Map<string, { mac: string | undefined; state: string }>()
  const asked = new Set<string>()
  let tool: string | undefined
  let sent = 0
  let settled = 0
  let ended = false
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.split(' ')
    const words = rest.join(' ')
    if (word === 'tool') tool = words === 'none' ? undefined : (words.split('/').at(-1) ?? words)
    else if (word === 'got') adverts.push(...readGot(rest))
    else if (word === 'heard') {
      const [source = '', vrid] = rest
      adverts.push({
        source,
        destination: undefined,
        version: 3,
        vrid: Number(vrid),
        priority: 1,
        trial: true,
      })
    } else if (word === 'sent') [sent, ended] = [Number(words), true]
    else if (word === 'settled') settled = Number(words)
    else if (word === 'neighbour') {
      const [vip = '', ...entry] = rest
      const mac = / lladdr (\S+)/.exec(words)?.[1]?.toLowerCase()
      const state = entry.filter(Boolean).at(-1)
      // An entry that was being asked for and is gone has failed.
      if (state === undefined && asked.has(vip)) vips.set(vip, { mac: undefined, state: 'FAILED' })
      if (state !== undefined) vips.set(vip, { mac: state === 'FAILED' ? undefined : mac, state })
    } else if (word === 'early') {
      if (/ (?:INCOMPLETE|PROBE|FAILED)$/.test(words.trimEnd())) asked.add(rest[0] ?? '')
    } else if (word === 'error') errors.push(words)
    // Whatever a program that failed has to say.
    else if (line.trim() !== '') errors.push(line.trim())
  }
  // A program that did not come to its end has not listened for as long as it should.
  const latest = times.received - LISTEN - settled * 1000
  return {
    tool: ended ? tool : undefined,
    adverts,
    sent,
    errors: ended || tool === undefined ? errors : [...errors, `${tool} did not come to its end`],
    vips,
    began: { earliest: times.sent, latest },
  }
}

function readGot([family, source, bytes]: readonly string[]): Advert[] {
  if ((family !== '4' && family !== '6') || source === undefined || bytes === undefined) return []
  const kind: Family = family === '4' ? 4 : 6
  const advert = readAdvert(kind, addressOf(Buffer.from(source, 'hex')), Buffer.from(bytes, 'hex'))
  return advert ? [advert] : []
}
