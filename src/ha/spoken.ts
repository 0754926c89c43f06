import * as z from 'zod'
import type { KeepalivedConf, VrrpInstance } from '../verify/keepalived-conf.ts'
import type { View } from './view.ts'

/** A setting of VRRP that nodes must share to understand each other, and that is going to change on one. */
const Difference = z.object({
  vip: z.string(),
  /** "VRID 51 → 77" */
  text: z.string(),
  /** A reload takes the address away until keepalived has waited for other masters. */
  drops: z.boolean(),
})
export type Difference = z.infer<typeof Difference>

/** What one node's keepalived speaks now, beside what it is going to speak. Never holds a password. */
export const Spoken = z.object({
  /** keepalived runs, and has an instance for one of the addresses. */
  active: z.boolean(),
  /** Addresses of the endpoint, those that are to go included, that the node has on interfaces other than lo. */
  holds: z.array(z.string()),
  /** Only of addresses that it has now and is going to have: a further address has an instance of its own. */
  differences: z.array(Difference),
  /** Addresses that it has now and is not going to have. */
  leaves: z.array(z.string()),
  /** To whom it speaks: unicast peers; null where somebody is spoken to by multicast. */
  peers: z.array(z.string()).nullable(),
  /** Its own addresses for VRRP, as they are going to be. */
  sources: z.array(z.string()),
  /** iproute2 there can keep an address for a limited time. */
  lends: z.boolean(),
  /** Seconds without the address where a reload drops it: 3 advertisements and the skew, as they are going to be. */
  gap: z.number(),
})
export type Spoken = z.infer<typeof Spoken>

type Wanted = View['instances'][number]

/** What is going to change in a node's VRRP so that nodes before and after do not understand each other. */
export function differencesOf(conf: KeepalivedConf, view: View): Difference[] {
  return view.instances.flatMap((wanted) => {
    const found = instanceFor(conf, addressOf(wanted.vip))
    return found ? compare(conf, found, wanted, view) : []
  })
}

function compare(conf: KeepalivedConf, found: VrrpInstance, wanted: Wanted, view: View): Difference[] {
  const vip = addressOf(wanted.vip)
  const out: Difference[] = []
  const note = (text: string, drops: boolean): void => void out.push({ vip, text, drops })
  // keepalived's own defaults are version 2 and one second.
  const version = vip.includes(':') ? 3 : (conf.version ?? 2)
  const advert = found.advert ?? 1
  const cast = found.peers.length > 0 ? 'unicast' : 'multicast'
  const wantedCast = view.vrrp.unicast ? 'unicast' : 'multicast'
  if (version !== view.vrrp.version && !vip.includes(':'))
    note(`VRRP version ${version} → ${view.vrrp.version}`, false)
  // Version 3 tells its interval, and backups go by it; version 2 drops what comes in another one.
  else if (version === 2 && advert !== view.vrrp.advert)
    note(`advertisements every ${advert} s → ${view.vrrp.advert} s`, false)
  if (found.vrid !== wanted.vrid) note(`VRID ${found.vrid ?? '?'} → ${wanted.vrid}`, true)
  if (cast !== wantedCast) note(`${cast} → ${wantedCast}`, true)
  if (found.interface !== wanted.interface && wanted.interface !== '')
    note(`interface ${found.interface ?? '?'} → ${wanted.interface}`, true)
  // keepalived knows an instance by its name: another name is another instance, and the old one goes first.
  if (found.name !== wanted.name) note(`instance ${found.name} → ${wanted.name}`, true)
  const password = passwordChange(found.password, view.vrrp.auth_pass)
  if (password !== undefined) note(password, false)
  return out
}

function passwordChange(is: string | undefined, wanted: string): string | undefined {
  if ((is ?? '') === wanted) return undefined
  if (is === undefined) return 'a password is added'
  return wanted === '' ? 'the password goes' : 'the password changes'
}

/** Addresses that a node's keepalived has and is not going to have. */
export function leavesOf(conf: KeepalivedConf, view: View): string[] {
  const wanted = view.instances.map(({ vip }) => addressOf(vip))
  return conf.instances
    .flatMap(({ addresses }) => addresses.map(addressOf))
    .filter((address) => !wanted.includes(address))
}

/** To whom a node speaks; null with multicast, which everybody hears. */
export function peersOf(conf: KeepalivedConf): string[] | null {
  if (conf.instances.some(({ peers }) => peers.length === 0)) return null
  return conf.instances.flatMap(({ peers }) => peers)
}

/** The instance that has this address; undefined = none. */
export function instanceFor(conf: KeepalivedConf, vip: string): VrrpInstance | undefined {
  return conf.instances.find(({ addresses }) => addresses.some((one) => addressOf(one) === vip))
}

/** Seconds until keepalived takes an address that nobody holds, of the slowest of the node's instances. */
export function gapOf(view: View): number {
  const { version, advert } = view.vrrp
  const skew = ({ priority }: Wanted) => ((256 - priority) / 256) * (version === 3 ? advert : 1)
  return Math.max(0, ...view.instances.map((instance) => 3 * advert + skew(instance)))
}

function addressOf(cidr: string): string {
  return cidr.split('/')[0] ?? ''
}
