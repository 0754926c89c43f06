import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import type { Course } from './course.ts'
import type { Spoken } from './spoken.ts'

/** What the nodes of an endpoint must have in common, of the variable `ha` as each of them has got it. */
export const Plan = z.object({
  cluster: z.string(),
  keepalived: z.boolean(),
  vips: z.array(z.string()),
  vrrp: z.object({ version: z.number(), advert: z.number(), unicast: z.boolean(), auth_pass: z.string() }),
  instances: z.array(z.object({ vip: z.string(), vrid: z.number(), priority: z.number() })),
})
export type Plan = z.infer<typeof Plan>

/** What a change must respect before it begins. */
export interface Circumstances {
  courses: readonly Course[]
  plans: ReadonlyMap<string, Plan>
  spoken(host: string): Spoken | undefined
  /** Nodes of the endpoint that take no part in the run, and why: "cannot be reached", "is left out by --limit". */
  missing: ReadonlyMap<string, string>
  allowOutage: boolean
}

/** Why the first change of a run must not be made. Throws HakubeError `refused`. */
export function checkCourses(circumstances: Circumstances): void {
  const disagreement = disagreementOf(circumstances.plans)
  if (disagreement !== undefined)
    throw refused(disagreement, 'give the nodes one value, in the inventory or with -e')
  if (circumstances.allowOutage) return
  for (const { migration } of circumstances.courses) {
    if (!migration) continue
    const { keeper, changes, gap, dropped } = migration
    const [missing] = circumstances.missing
    if (missing)
      throw refused(
        `VRRP changes (${changes.join(', ')}), and ${missing[0]} ${missing[1]}: if its keepalived runs, it will not understand the others, and both sides hold the address until it is changed too`,
        'run it with all nodes; or see that keepalived is off on that node, and give --allow-outage',
      )
    if (gap > 0 && circumstances.spoken(keeper)?.lends === false)
      throw refused(
        `VRRP changes (${changes.join(', ')}), and keepalived on ${keeper} takes ${dropped.join(', ')} away for ${gap.toFixed(2)} s meanwhile; iproute2 there cannot keep it for that time`,
        'if that is acceptable, give --allow-outage',
      )
  }
}

function refused(message: string, hint: string): HakubeError {
  return new HakubeError(message, { code: 'refused', hint })
}

/** What nodes of one endpoint are going to have that must be the same on all, or different on each; undefined if all is well. */
export function disagreementOf(plans: ReadonlyMap<string, Plan>): string | undefined {
  const priorities = new Map<string, string>()
  const firsts = new Map<string, { host: string; plan: Plan }>()
  for (const [host, plan] of plans) {
    if (!plan.keepalived) continue
    const first = firsts.get(plan.cluster) ?? { host, plan }
    firsts.set(plan.cluster, first)
    for (const [what, value] of shared(plan)) {
      const other = shared(first.plan).find(([name]) => name === what)?.[1]
      if (other !== value) return `${host} is going to have ${what} ${value}, and ${first.host} ${other}`
    }
    for (const { vip, priority } of plan.instances) {
      const key = `${plan.cluster} ${vip.split('/')[0]} ${priority}`
      const other = priorities.get(key)
      if (other !== undefined)
        return `${host} and ${other} are both going to have priority ${priority} for ${vip}`
      priorities.set(key, host)
    }
  }
  return undefined
}

/** Never the password itself. */
function shared({ vrrp, vips, instances }: Plan): [string, string][] {
  return [
    ['the virtual addresses', vips.join(', ')],
    ['the VRRP version', String(vrrp.version)],
    ['the advertisement interval', `${vrrp.advert} s`],
    ['VRRP by', vrrp.unicast ? 'unicast' : 'multicast'],
    ['a VRRP password:', vrrp.auth_pass === '' ? 'no' : 'yes'],
    ['the VRIDs', instances.map(({ vrid }) => vrid).join(', ')],
  ]
}
