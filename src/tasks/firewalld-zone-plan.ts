import type { Plan } from '../task.ts'
import { effect } from '../world/world.ts'
import type { Wish } from './firewalld.ts'
import type { Listing } from './firewalld-listing.ts'
import { permanently, unknownZone } from './firewalld-plan.ts'
import { ZONES, type Zones, zonesReply } from './firewalld-zones.ts'

/** A zone itself: there or not. Only the permanent configuration can be asked for it. */
export function planZone(wish: Wish, zones: Zones): Plan {
  const name = wish.zone ?? zones.defaultZone
  const there = zones.permanent.has(name)
  if (there === wish.on) return { status: 'ok', reason: `firewalld has ${wish.on ? 'a' : 'no'} zone ${name}` }
  const permanent: Listing = new Map(zones.permanent)
  if (wish.on) permanent.set(name, new Map([['target', new Set(['default'])]]))
  else permanent.delete(name)
  return {
    status: 'change',
    summary: `${wish.on ? 'make' : 'remove'} zone ${name}`,
    diff: [
      {
        type: 'fields',
        subject: `zone ${name}`,
        fields: [
          { name: 'permanent', before: there ? 'present' : 'absent', after: wish.on ? 'present' : 'absent' },
        ],
      },
    ],
    apply: permanently(zones.runs, [`--${wish.on ? 'new' : 'delete'}-zone=${name}`]),
    effects: [effect('script', ZONES, () => zonesReply({ ...zones, permanent }))],
  }
}

/** What becomes of what no rule of the zone is about. */
export function planTarget(wish: Wish, given: string, zones: Zones): Plan {
  const name = wish.zone ?? zones.defaultZone
  const cannot = unknownZone(wish, name, zones)
  if (cannot) return cannot
  const target = wish.on ? given : 'default'
  const fields = zones.permanent.get(name) ?? new Map<string, Set<string>>()
  const before = [...(fields.get('target') ?? [])].join()
  if (before === target) return { status: 'ok', reason: `the target of zone ${name} is ${target}` }
  const permanent: Listing = new Map(zones.permanent)
  permanent.set(name, new Map([...fields, ['target', new Set([target])]]))
  return {
    status: 'change',
    summary: `set the target of zone ${name} to ${target}`,
    diff: [{ type: 'fields', subject: `zone ${name}`, fields: [{ name: 'target', before, after: target }] }],
    apply: permanently(zones.runs, [`--zone=${name}`, `--set-target=${target}`]),
    effects: [effect('script', ZONES, () => zonesReply({ ...zones, permanent }))],
  }
}
