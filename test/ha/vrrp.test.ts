import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseCidr } from '../../src/ha/address.ts'
import { Problems } from '../../src/ha/problems.ts'
import { MOST_NODES, mirrored, priorities, virtualRouterIds } from '../../src/ha/vrrp.ts'

const vips = (texts: readonly string[]) => texts.flatMap((text) => parseCidr(text) ?? [])

it('gives every number of nodes different priorities that trackers and owners leave alone', () => {
  for (let nodes = 1; nodes <= MOST_NODES; nodes++) {
    const given = priorities(nodes)
    expect(new Set(given).size).toBe(nodes)
    expect(given).toEqual(given.toSorted((a, b) => b - a))
    expect(Math.min(...given)).toBeGreaterThanOrEqual(1)
    expect(Math.max(...given)).toBeLessThan(255)
  }
})

it('computes IDs from 1 to 255, one for each address, always the same', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 20 }), (texts) => {
      const problems = new Problems()
      const ids = virtualRouterIds(vips(texts), undefined, problems)
      expect(new Set(ids).size).toBe(texts.length)
      for (const id of ids) expect(id).toSatisfy((each: number) => each >= 1 && each <= 255)
      expect(virtualRouterIds(vips(texts), undefined, problems)).toEqual(ids)
      expect(problems.any).toBe(false)
    }),
  )
})

it('spreads the addresses of one network', () => {
  const ids = Array.from(
    { length: 100 },
    (_, index) => virtualRouterIds(vips([`10.0.0.${index + 1}`]), undefined, new Problems())[0],
  )
  expect(new Set(ids).size).toBeGreaterThan(60)
})

it('takes the IDs that are given', () => {
  expect(virtualRouterIds(vips(['10.0.0.1', '10.0.0.2']), [51, 52], new Problems())).toEqual([51, 52])
})

it('mirrors priorities: each address of a family has a first node of its own', () => {
  const two = vips(['10.0.0.10', '10.0.0.11', '10.0.0.12'])
  expect(two.map((_, index) => mirrored(2, two, index))).toEqual([
    [200, 190],
    [190, 200],
    [200, 190],
  ])
  expect(mirrored(3, two, 1)).toEqual([180, 200, 190])
})

it('keeps the IPv4 and the IPv6 address of a rank together', () => {
  const pairs = vips(['10.0.0.10', 'fd00::10', '10.0.0.11', 'fd00::11'])
  expect(pairs.map((_, index) => mirrored(3, pairs, index)[0])).toEqual([200, 200, 180, 180])
})
