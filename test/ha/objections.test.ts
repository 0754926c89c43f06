import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { checkCourses, disagreementOf, type Plan } from '../../src/ha/objections.ts'
import type { Course } from '../../src/ha/course.ts'
import type { Spoken } from '../../src/ha/spoken.ts'

function plan(priority: number, more: Partial<Plan> = {}): Plan {
  return {
    cluster: '',
    keepalived: true,
    vips: ['10.0.0.100'],
    vrrp: { version: 3, advert: 0.5, unicast: true, auth_pass: '' },
    instances: [{ vip: '10.0.0.100/24', vrid: 51, priority }],
    ...more,
  }
}

function found(second: Plan): string | undefined {
  return disagreementOf(
    new Map([
      ['a', plan(200)],
      ['b', second],
    ]),
  )
}

const vrrp = plan(1).vrrp

describe('nodes that are going to disagree', () => {
  it.each([
    [{ vips: ['10.0.0.101'] }, /b is going to have the virtual addresses 10\.0\.0\.101, and a 10\.0\.0\.100/],
    [{ vrrp: { ...vrrp, version: 2 } }, /the VRRP version 2, and a 3/],
    [{ vrrp: { ...vrrp, advert: 1 } }, /the advertisement interval 1 s, and a 0\.5 s/],
    [{ vrrp: { ...vrrp, unicast: false } }, /VRRP by multicast, and a unicast/],
    [{ vrrp: { ...vrrp, auth_pass: 'secret' } }, /a VRRP password: yes, and a no/],
    [{ instances: [{ vip: '10.0.0.100/24', vrid: 52, priority: 190 }] }, /the VRIDs 52, and a 51/],
    [{ instances: [{ vip: '10.0.0.100/24', vrid: 51, priority: 200 }] }, /both going to have priority 200/],
  ])('%j', (more, says) => {
    const text = found(plan(190, more))
    expect(text).toMatch(says)
    expect(text).not.toContain('secret')
  })

  it('none, with priorities of their own; of two clusters; of a node without keepalived', () => {
    expect(found(plan(190))).toBeUndefined()
    expect(found(plan(200, { cluster: 'other', vips: ['10.0.0.7'] }))).toBeUndefined()
    expect(found(plan(200, { keepalived: false, vips: [] }))).toBeUndefined()
  })
})

describe('a migration', () => {
  const course: Course = {
    order: ['a', 'b'],
    migration: { keeper: 'a', quiet: ['b'], changes: ['VRID 51 → 77'], dropped: ['10.0.0.100'], gap: 1.609 },
  }
  const spoken = (lends: boolean): Spoken => ({
    active: true,
    holds: [],
    differences: [],
    leaves: [],
    peers: [],
    sources: [],
    lends,
    gap: 1.609,
  })
  const check = (lends: boolean, missing: readonly [string, string][], allowOutage: boolean) => () =>
    checkCourses({
      courses: [course],
      plans: new Map(),
      spoken: () => spoken(lends),
      missing: new Map(missing),
      allowOutage,
    })

  it('needs no leave where the keeper can keep the address', () => {
    expect(check(true, [], false)).not.toThrow()
  })

  it('says how long the address is away where it cannot', () => {
    expect(check(false, [], false)).toThrow(/takes 10\.0\.0\.100 away for 1\.61 s/)
    expect(check(false, [], true)).not.toThrow()
  })

  it('says who is missing, as a mistake of the user before anything was changed', () => {
    const missing: [string, string][] = [['c', 'cannot be reached']]
    expect(check(true, missing, false)).toThrow(/c cannot be reached: if its keepalived runs/)
    expect(check(true, missing, true)).not.toThrow()
    try {
      check(true, missing, false)()
    } catch (error) {
      expect(error).toBeInstanceOf(HakubeError)
      expect(error).toMatchObject({ code: 'refused', exitCode: 1 })
    }
  })
})
