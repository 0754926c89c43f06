import { showIpv4 } from './addresses.ts'

/** Where packets to the rest of the world go. */
export interface DefaultRoute {
  interface?: string
  address?: string
  gateway?: string
}

/** Reads `ip route get`, which knows about policy routing and the source address. No route: nothing. */
export function readRouteGet(text: string): DefaultRoute {
  const words = (text.split('\n')[0] ?? '').trim().split(/\s+/)
  const after = (word: string): string | undefined => {
    const index = words.indexOf(word)
    return index < 0 ? undefined : words[index + 1]
  }
  if (!/^[0-9a-fA-F.:]+$/.test(words[0] ?? '')) return {}
  return route(after('dev'), after('src'), after('via'))
}

/** The default route out of /proc/net/route, for hosts without `ip`. Addresses are little-endian hexadecimal there. */
export function readRouteTable(text: string): DefaultRoute {
  const rows = text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((row) => row[1] === '00000000' && row[7] === '00000000')
    .sort((a, b) => Number(a[6]) - Number(b[6]))
  const first = rows[0]
  if (!first) return {}
  const [device, , gateway = '0'] = first
  return route(device, undefined, gateway === '00000000' ? undefined : showIpv4(swap(gateway)))
}

/** Turns the bytes of eight hexadecimal digits round: every Linux that runs Kubernetes is little-endian but s390x. */
function swap(digits: string): number {
  return Number.parseInt((digits.match(/../g) ?? []).reverse().join(''), 16)
}

function route(device?: string, address?: string, gateway?: string): DefaultRoute {
  return {
    ...(device === undefined ? {} : { interface: device }),
    ...(address === undefined ? {} : { address }),
    ...(gateway === undefined ? {} : { gateway }),
  }
}
