import type { Clock, Neighbour } from './seen.ts'

/** "10.0.0.10 dev eth0 lladdr 02:42:0a:00:00:01 REACHABLE": entries without a hardware address say nothing. */
export function readNeighbours(text: string): Neighbour[] {
  return text.split('\n').flatMap((line) => {
    const match = /\bdev (\S+) lladdr (\S+)(?: router)? (\S+)/.exec(line)
    const [, device, mac, state] = match ?? []
    if (device === undefined || mac === undefined || state === undefined) return []
    return state === 'FAILED' ? [] : [{ interface: device, mac: mac.toLowerCase(), state }]
  })
}

/** "(hakube_10_0_0_10) Entering MASTER STATE": the last line of each instance counts. */
export function readStates(text: string): Map<string, string> {
  const out = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, instance, state] = /\((\S+)\) entering (master|backup|fault|init) state/i.exec(line) ?? []
    if (instance !== undefined && state !== undefined) out.set(instance, state.toUpperCase())
  }
  return out
}

/** "HAProxy version 2.6.12-1+deb12u2 2025/…" and "Keepalived v2.2.7 (01/16,2022)" without what packagers add. */
export function readVersion(line: string): string | undefined {
  return /^(?:HA-?Proxy version |Keepalived v)(\d+(?:\.\d+)*)/i.exec(line)?.[1]
}

/**
 * The bounds of a clock's difference, out of its time at the begin and at the end of a message. It was read after
 * the message was sent, and before the answer came: so it is not more ahead than the first says, nor less than the
 * second. `date` without nanoseconds (busybox) cuts the rest of the second off.
 */
export function readClock(
  before: string | undefined,
  after: string | undefined,
  { sent, received }: { sent: number; received: number },
): Clock | undefined {
  const [first, last] = [readTime(before ?? ''), readTime(after ?? '')]
  if (!first || !last) return undefined
  return { least: last.seconds - received / 1000, most: first.seconds + first.grain - sent / 1000 }
}

function readTime(text: string): { seconds: number; grain: number } | undefined {
  const [, seconds, rest] = /^(\d+)(?:\.(\d{9}))?/.exec(text.trim()) ?? []
  if (seconds === undefined) return undefined
  if (rest === undefined) return { seconds: Number(seconds), grain: 1 }
  return { seconds: Number(seconds) + Number(rest) / 1e9, grain: 0 }
}
