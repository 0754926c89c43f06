import { lines, nothing, type Script, sh } from '../shell/sh.ts'
import { nearest } from '../suggest.ts'
import type { Plan } from '../task.ts'
import { effect } from '../world/world.ts'
import type { Wish } from './firewalld.ts'
import type { Fields, Listing } from './firewalld-listing.ts'
import type { Setting } from './firewalld-setting.ts'
import { ZONES, type Zones, zonesReply } from './firewalld-zones.ts'
import { canonicalRule } from './rich-rule.ts'

type Fail = Extract<Plan, { status: 'fail' }>

/** A setting of a zone: there or not, in the running firewalld, in the permanent configuration, or in both. */
export function planSetting(wish: Wish, setting: Setting, zones: Zones): Plan {
  const name = wish.zone ?? zones.defaultZone
  const cannot = refused(wish, zones) ?? unknownZone(wish, name, zones) ?? unknownName(wish, setting, zones)
  if (cannot) return cannot
  const now = wish.immediate && zones.runs
  const has = (listing: Listing) => isOn(listing.get(name), setting)
  const live = now && has(zones.running) !== wish.on
  const kept = wish.permanent && has(zones.permanent) !== wish.on
  const state = wish.on ? 'enabled' : 'disabled'
  if (!live && !kept)
    return {
      status: 'ok',
      reason: `${setting.words} is ${state} in zone ${name}${wish.permanent ? '' : ' for now'}`,
    }
  const word = (on: boolean) => (on ? 'enabled' : 'disabled')
  const option = wish.on ? setting.add : setting.remove
  const timeout = wish.timeout > 0 && wish.on ? [`--timeout=${wish.timeout}`] : []
  const after: Zones = {
    ...zones,
    running: live ? withSetting(zones.running, name, setting, wish.on) : zones.running,
    permanent: kept ? withSetting(zones.permanent, name, setting, wish.on) : zones.permanent,
  }
  return {
    status: 'change',
    summary: `${wish.on ? 'enable' : 'disable'} ${setting.words} in zone ${name}${how(live, kept, wish)}`,
    diff: [
      {
        type: 'fields',
        subject: `zone ${name}`,
        fields: [
          ...(live ? [{ name: `${setting.words}, now`, before: word(!wish.on), after: state }] : []),
          ...(kept ? [{ name: `${setting.words}, permanent`, before: word(!wish.on), after: state }] : []),
        ],
      },
    ],
    // What is permanent first: cut in between, it is at least there after a reload.
    apply: lines(
      kept ? permanently(zones.runs, [`--zone=${name}`, option]) : nothing,
      live ? sh`firewall-cmd ${[`--zone=${name}`, option, ...timeout]} >/dev/null || exit 1` : nothing,
    ),
    effects: [effect('script', ZONES, () => zonesReply(after))],
  }
}

/** A change of the permanent configuration, whether firewalld runs or not. */
export function permanently(runs: boolean, args: readonly string[]): Script {
  return runs
    ? sh`firewall-cmd --permanent ${args} >/dev/null || exit 1`
    : sh`firewall-offline-cmd ${args} >/dev/null || exit 1`
}

/** What cannot be done because firewalld does not run. */
export function refused(wish: Wish, zones: Zones): Fail | undefined {
  if (zones.runs || !wish.immediate || (wish.permanent && wish.offline)) return undefined
  return {
    status: 'fail',
    message: 'firewalld does not run on this host, and the change is to hold at once',
    hint: wish.permanent
      ? 'start firewalld before, or write offline: yes to change only what is permanent'
      : 'start firewalld before, or write permanent: yes',
  }
}

/** A zone that is not there. */
export function unknownZone(wish: Wish, name: string, zones: Zones): Fail | undefined {
  const permanent = wish.permanent || !zones.runs
  if (permanent && !zones.permanent.has(name)) {
    const near = nearest(name, [...zones.permanent.keys()])
    return {
      status: 'fail',
      message: `firewalld has no zone ${name}`,
      hint:
        near === undefined
          ? 'make it with a task of zone:, permanent: yes and state: present'
          : `did you mean ${near}?`,
    }
  }
  if (!wish.immediate || !zones.runs || zones.running.has(name)) return undefined
  const hint = zones.permanent.has(name)
    ? 'it is made already: `firewall-cmd --reload` lets firewalld know it'
    : 'make it with a task of zone:, permanent: yes and state: present, and reload firewalld'
  return { status: 'fail', message: `the running firewalld does not know a zone ${name}`, hint }
}

function unknownName(wish: Wish, { known, value = '', words }: Setting, zones: Zones): Fail | undefined {
  if (known === undefined || !wish.on) return undefined
  const names = known === 'services' ? zones.services : zones.icmpTypes
  if (names.has(value)) return undefined
  const near = nearest(value, [...names])
  return {
    status: 'fail',
    message: `firewalld knows no ${words}`,
    hint: near === undefined ? `see firewall-cmd --get-${known}` : `did you mean ${near}?`,
  }
}

function isOn(fields: Fields | undefined, { field, value }: Setting): boolean {
  const values = [...(fields?.get(field) ?? [])]
  if (value === undefined) return values.includes('yes')
  return field === 'rich rules' ? values.map(canonicalRule).includes(value) : values.includes(value)
}

function withSetting(listing: Listing, zone: string, setting: Setting, on: boolean): Listing {
  const { field, value, add } = setting
  const next: Listing = new Map([...listing].map(([name, fields]) => [name, new Map(fields)]))
  // An interface that moves leaves the zone that it was in.
  if (on && field === 'interfaces')
    for (const fields of next.values()) fields.set(field, without(fields.get(field), value ?? '', field))
  const fields = next.get(zone) ?? new Map<string, Set<string>>()
  next.set(zone, fields)
  if (value === undefined) fields.set(field, new Set([on ? 'yes' : 'no']))
  else {
    const rest = without(fields.get(field), value, field)
    const written = field === 'rich rules' ? add.replace('--add-rich-rule=', '') : value
    fields.set(field, on ? rest.add(written) : rest)
  }
  return next
}

function without(values: ReadonlySet<string> | undefined, value: string, field: string): Set<string> {
  const same = (one: string) => (field === 'rich rules' ? canonicalRule(one) : one) === value
  return new Set([...(values ?? [])].filter((one) => !same(one)))
}

function how(live: boolean, kept: boolean, { timeout, on }: Wish): string {
  if (!live) return ', permanently'
  if (kept) return ', permanently and at once'
  return timeout > 0 && on ? ` for ${timeout} s` : ', until the next reload'
}
