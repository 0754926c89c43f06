import type { Facts } from './subject.ts'

/**
 * nodename, hostname, fqdn and domain. The fully qualified name comes from /etc/hosts as the C library would find it
 * there; the name service beyond that file is not asked, because facts send nothing over the network.
 */
export function nameFacts(nodename: string, hosts: string): Facts {
  const fqdn = qualifiedName(nodename, hosts)
  return {
    nodename,
    hostname: nodename.split('.')[0] ?? nodename,
    fqdn,
    domain: fqdn.split('.').slice(1).join('.'),
  }
}

function qualifiedName(nodename: string, hosts: string): string {
  if (nodename.includes('.')) return nodename
  const entries = hosts
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
    .filter((words) => words.length > 1)
  const address = entries.find((words) => words.slice(1).includes(nodename))?.[0]
  const names = entries.find((words) => words[0] === address)?.slice(1) ?? []
  return names.find((name) => name.includes('.')) ?? names[0] ?? nodename
}
