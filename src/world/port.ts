import ipaddr from 'ipaddr.js'
import { Script } from '../shell/sh.ts'
import { defineKind } from './kind.ts'
import type { PortAsk, PortReply } from './replies.ts'

const LISTEN = '0A'
const UNCONNECTED = '07'

/** Who listens on a port, out of the kernel's own tables. */
export const port = defineKind<PortAsk, PortReply>({
  key: (ask) => `${ask.protocol ?? 'tcp'}/${ask.port}`,
  merge: (first) => first,
  probe: () =>
    new Script(`for table in tcp tcp6 udp udp6; do
  if [ -r "/proc/net/$table" ]; then echo "=$table"; cat "/proc/net/$table"; fi
done`),
  parse(answer, asks) {
    const rows = parseTables(answer.stdout.toString('latin1'))
    return asks.map((ask) => ({
      listeners: rows
        .filter((row) => row.protocol === (ask.protocol ?? 'tcp') && row.port === ask.port)
        .map((row) => ({ address: row.address, program: undefined })),
    }))
  },
})

interface Listener {
  protocol: 'tcp' | 'udp'
  address: string
  port: number
}

function parseTables(text: string): Listener[] {
  const out: Listener[] = []
  let protocol: 'tcp' | 'udp' = 'tcp'
  for (const line of text.split('\n')) {
    if (line.startsWith('=')) protocol = line.startsWith('=udp') ? 'udp' : 'tcp'
    const match =
      /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /.exec(line)
    if (!match) continue
    const [, address = '', port = '', state] = match
    if (state !== (protocol === 'tcp' ? LISTEN : UNCONNECTED)) continue
    out.push({ protocol, address: showAddress(address), port: Number.parseInt(port, 16) })
  }
  return out
}

/** The kernel prints each 32-bit word of an address in the machine's (little-endian) byte order. */
export function showAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed())
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
  return new ipaddr.IPv6(bytes.map((byte) => Number.parseInt(byte, 16))).toString()
}
