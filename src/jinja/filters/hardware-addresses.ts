import {
  firstOf,
  hostMask,
  lastOf,
  type Network,
  parseNetwork,
  showAddress,
  sizeOf,
  widthOf,
} from '../addresses.ts'
import { iterate } from '../compare.ts'
import { Mistake, suggestion } from '../mistakes.ts'
import { asNumber, isInt } from '../numbers.ts'
import { repr, str } from '../print.ts'
import type { Runtime } from '../runtime.ts'
import type { Item } from '../things.ts'
import { integer } from '../words.ts'
import { filter, type Filters } from './define.ts'

const hardwareAddress = filter({ query: '', alias: 'hwaddr' }, (value, { query }) =>
  hwaddr(value, str(query)),
)

/** Filters of the collection ansible.utils on MAC addresses, and on lists of networks. */
export const hardware: Filters = {
  hwaddr: hardwareAddress,
  macaddr: hardwareAddress,
  slaac: filter({ query: '' }, slaac),
  cidr_merge: filter({ action: 'merge' }, (value, { action }) => {
    const networks = Array.from(typeof value === 'string' ? [value] : iterate(value), network)
    if (action === 'merge') return merged(networks).map(show)
    if (action === 'span') return spanning(networks)
    throw new Mistake(`there is no action '${str(action)}'`, { hint: 'It knows: merge, span.' })
  }),
  usable_range: filter({}, usableRange),
}

const MAC =
  /^(?:([\da-f]{1,2})([:-])([\da-f]{1,2}\2){4}[\da-f]{1,2}|(?:[\da-f]{4}\.){2}[\da-f]{4}|[\da-f]{6}[:-][\da-f]{6}|[\da-f]{12})$/i

/** The number of a MAC address in any of the usual notations. */
export function parseMac(value: Item): bigint | undefined {
  const number = typeof value === 'boolean' ? undefined : asNumber(value)
  if (number !== undefined && isInt(number)) return inRange(BigInt(number))
  if (typeof value !== 'string') return undefined
  if (/^\d{1,11}$/.test(value)) return inRange(BigInt(value))
  if (!MAC.test(value)) return undefined
  const bytes = value.split(/[:-]/).map((part) => part.padStart(part.length > 2 ? part.length : 2, '0'))
  return BigInt(`0x${bytes.join('').replaceAll('.', '')}`)
}

function inRange(value: bigint): bigint | undefined {
  return value >= 0n && value < 1n << 48n ? value : undefined
}

const STYLES: ReadonlyMap<string, (digits: string) => string> = new Map([
  ['bare', (digits) => digits.toUpperCase()],
  ['cisco', (digits) => parts(digits, 4).join('.')],
  ['eui48', (digits) => parts(digits, 2).join('-').toUpperCase()],
  ['win', (digits) => parts(digits, 2).join('-').toUpperCase()],
  ['linux', (digits) => parts(digits, 2).join(':')],
  [
    'unix',
    (digits) =>
      parts(digits, 2)
        .map((part) => part.replace(/^0/, ''))
        .join(':'),
  ],
  ['pgsql', (digits) => parts(digits, 6).join(':')],
  ['postgresql', (digits) => parts(digits, 6).join(':')],
  ['psql', (digits) => parts(digits, 6).join(':')],
])

function parts(digits: string, size: number): string[] {
  return digits.match(new RegExp(`.{${size}}`, 'g')) ?? []
}

function hwaddr(value: Item, query: string): Item {
  const mac = parseMac(value)
  if (mac === undefined) {
    if (query === '' || query === 'bool') return null
    throw new Mistake(`not a hardware address: ${str(value)}`)
  }
  if (query === '') return str(value)
  if (query === 'bool') return true
  if (query === 'int') return integer(mac)
  const style = STYLES.get(query)
  if (style) return style(mac.toString(16).padStart(12, '0'))
  const known = ['bool', 'int', ...STYLES.keys()]
  throw new Mistake(`unknown filter type: ${query}`, {
    hint: suggestion(query, known) ?? `It knows: ${known.join(', ')}.`,
  })
}

/** The address that a host with this MAC address gives itself in an IPv6 network. */
function slaac(value: Item, { query }: { query: Item }): Item {
  const found = parseNetwork(str(value))
  const mac = parseMac(query)
  if (found?.version !== 6 || mac === undefined) return false
  // ff:fe in the middle, and the bit that says "globally unique" turned over.
  const id = (((mac >> 24n) << 40n) | (0xfffen << 24n) | (mac & 0xffffffn)) ^ (1n << 57n)
  return showAddress(firstOf(found) + id, 6)
}

function network(value: Item): Network {
  const found = parseNetwork(str(value))
  if (!found) throw new Mistake(`${repr(value)} is no IP address or network`)
  return found
}

function show(one: Network): string {
  return `${showAddress(one.value, one.version)}/${one.prefix}`
}

/** The fewest networks that hold the same addresses, in their order. */
function merged(networks: readonly Network[]): readonly Network[] {
  if (networks.length === 1) return networks
  const ordered = networks
    .map((one): Network => ({ ...one, value: firstOf(one) }))
    .sort(
      (a, b) =>
        a.version - b.version || (a.value < b.value ? -1 : a.value > b.value ? 1 : a.prefix - b.prefix),
    )
  const out: Network[] = []
  for (const one of ordered) {
    const last = out.at(-1)
    if (last?.version === one.version && lastOf(one) <= lastOf(last)) continue
    out.push(one)
    join(out)
  }
  return out
}

/** Two neighbours that are the halves of a larger network become that one, as often as there are such. */
function join(networks: Network[]): void {
  for (;;) {
    const [first, second] = networks.slice(-2)
    if (!first || !second || first.version !== second.version || first.prefix !== second.prefix) return
    const wider: Network = { ...first, prefix: first.prefix - 1 }
    if (first.prefix === 0 || firstOf(wider) !== first.value || lastOf(wider) !== lastOf(second)) return
    networks.splice(-2, 2, wider)
  }
}

/** The smallest network that holds them all. */
function spanning(networks: readonly Network[]): Item {
  const [first] = networks
  if (!first) return null
  if (networks.length === 1) return show(first)
  if (networks.some((one) => one.version !== first.version))
    throw new Mistake('IPv4 and IPv6 cannot be mixed')
  const low = networks.map(firstOf).reduce((a, b) => (a < b ? a : b))
  const high = networks.map(lastOf).reduce((a, b) => (a > b ? a : b))
  let prefix = widthOf(first)
  while (prefix > 0 && (low | hostMask({ ...first, prefix })) < high) prefix -= 1
  const span: Network = { ...first, value: low, prefix }
  return show({ ...span, value: firstOf(span) })
}

function usableRange(value: Item, _args: object, runtime: Runtime): Item {
  const found = network(value)
  const count = sizeOf(found)
  runtime.size(Number(count) * 10)
  const addresses = Array.from({ length: Number(count) }, (_, index) =>
    showAddress(firstOf(found) + BigInt(index), found.version),
  )
  return new Map<string, Item>([
    ['usable_ips', addresses],
    ['number_of_ips', Number(count)],
  ])
}
