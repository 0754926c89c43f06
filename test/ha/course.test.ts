import { describe, expect, it } from 'vitest'
import { announcement, courseOf } from '../../src/ha/course.ts'
import type { Spoken } from '../../src/ha/spoken.ts'

const VIP = '10.0.0.100'
const OTHER = '10.0.0.101'
const VRID = { vip: VIP, text: 'VRID 51 → 77', drops: true }
const VERSION = { vip: VIP, text: 'VRRP version 2 → 3', drops: false }

function node(name: string, more: Partial<Spoken> = {}): Spoken {
  const all = ['a', 'b', 'c', 'd']
  return {
    active: true,
    holds: [],
    differences: [],
    leaves: [],
    peers: all.filter((other) => other !== name),
    sources: [name],
    lends: true,
    gap: 1.6,
    ...more,
  }
}

function course(nodes: Record<string, Partial<Spoken>>) {
  return courseOf(new Map(Object.entries(nodes).map(([name, more]) => [name, node(name, more)])))
}

describe('the course of a change', () => {
  it('leads over the backups to the holder', () => {
    const { order, migration } = course({ a: { holds: [VIP] }, b: {}, c: {} })
    expect(order).toEqual(['b', 'c', 'a'])
    expect(migration).toBeUndefined()
  })

  it('leads to nodes that the holder does not speak to yet only after it', () => {
    expect(
      course({ a: { active: false, peers: [] }, b: { holds: [VIP], peers: ['c'] }, c: {} }).order,
    ).toEqual(['c', 'b', 'a'])
  })

  it('takes multicast for heard by all', () => {
    const nodes = { a: { active: false }, b: { holds: [VIP], peers: null } }
    expect(course(nodes).order).toEqual(['a', 'b'])
  })

  it('keeps the inventory’s order where nobody holds anything', () => {
    expect(course({ a: { active: false }, b: { active: false } }).order).toEqual(['a', 'b'])
  })

  it('begins with the holder, and silences all others, where nodes do not understand each other', () => {
    const differences = [VRID, VERSION]
    const found = course({ a: { differences }, b: { holds: [VIP], differences }, c: { active: false } })
    expect(found.order).toEqual(['b', 'a', 'c'])
    expect(found.migration).toEqual({
      keeper: 'b',
      quiet: ['a'],
      changes: ['VRID 51 → 77', 'VRRP version 2 → 3'],
      dropped: [VIP],
      gap: 1.6,
    })
  })

  it('drops nothing where a reload keeps the address', () => {
    const differences = [VERSION]
    const { migration } = course({ a: { holds: [VIP], differences }, b: { differences } })
    expect(migration).toMatchObject({ dropped: [], gap: 0 })
  })

  it('silences only those that differ, where the holder speaks already as all will', () => {
    const found = course({ a: { holds: [VIP] }, b: { differences: [VRID] }, c: {} })
    expect(found.migration).toMatchObject({ keeper: 'a', quiet: ['b'], gap: 0 })
    expect(found.order).toEqual(['b', 'c', 'a'])
  })

  it('of two holders keeps the one that speaks already as all will', () => {
    const found = course({ a: { holds: [VIP, OTHER], differences: [VRID] }, b: { holds: [VIP] } })
    expect(found.migration).toMatchObject({ keeper: 'b', quiet: ['a'] })
  })

  it('says what happens, and that nothing takes over meanwhile', () => {
    const differences = [VRID]
    const { migration } = course({ a: { holds: [VIP], differences }, b: { differences }, c: { differences } })
    const text = migration ? announcement(migration) : ''
    expect(text).toContain('keepalived stops on b and c, a changes alone')
    expect(text).toContain(`drops ${VIP} for 1.60 s`)
    expect(text).toContain('nothing takes over if a fails')
  })
})
