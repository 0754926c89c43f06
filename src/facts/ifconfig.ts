import { parseIpv4, type Address } from './addresses.ts'

/** IPv4 addresses out of `ifconfig -a`, in busybox's form (`inet addr:…  Mask:…`) and in that of net-tools 2. */
export function readIfconfig(text: string): Address[] {
  const addresses: Address[] = []
  let label = ''
  for (const line of text.split('\n')) {
    label = /^(\S+?):?\s/.exec(line)?.[1] ?? label
    const match = /^\s+inet (?:addr:)?(\d+\.\d+\.\d+\.\d+)/.exec(line)
    if (!match) continue
    const mask = /(?:Mask:|netmask )(\d+\.\d+\.\d+\.\d+)/.exec(line)?.[1] ?? '255.255.255.255'
    const device = label.split(':')[0] ?? label
    addresses.push({
      device,
      label,
      family: 4,
      address: match[1] ?? '',
      prefix: prefixOf(mask),
      broadcast: /(?:Bcast:|broadcast )(\d+\.\d+\.\d+\.\d+)/.exec(line)?.[1] ?? '',
      scope: device === 'lo' ? 'host' : 'global',
      secondary: label !== device,
    })
  }
  return addresses
}

function prefixOf(mask: string): number {
  return parseIpv4(mask).toString(2).replaceAll('0', '').length
}

const SCOPES: Readonly<Record<string, string>> = {
  '00': 'global',
  '10': 'host',
  '20': 'link',
  '40': 'site',
}

/** IPv6 addresses out of /proc/net/if_inet6: address, index, prefix, scope (hexadecimal), flags, device. */
export function readInet6(text: string): Address[] {
  return text.split('\n').flatMap((line): Address[] => {
    const match = /^([0-9a-f]{32}) \w+ (\w+) (\w+) \w+\s+(\S+)/.exec(line)
    if (!match) return []
    const [, digits = '', prefix = '', scope = '', device = ''] = match
    return [
      {
        device,
        label: device,
        family: 6,
        address: shortIpv6(digits),
        prefix: Number.parseInt(prefix, 16),
        broadcast: '',
        scope: SCOPES[scope] ?? 'global',
        secondary: false,
      },
    ]
  })
}

/** The text form of RFC 5952 of 32 hexadecimal digits. */
function shortIpv6(digits: string): string {
  const groups = (digits.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16))
  const text = groups.join(':')
  const zeros = [...text.matchAll(/(?:^|(?<=:))0(?::0)+(?![0-9a-f])/g)].sort(
    (a, b) => b[0].length - a[0].length,
  )[0]
  if (!zeros) return text
  const before = text.slice(0, zeros.index).replace(/:$/, '')
  const after = text.slice(zeros.index + zeros[0].length).replace(/^:/, '')
  return `${before}::${after}`
}
