import { describe, expect, it } from 'vitest'
import { type BudgetSettings, budgetOf, budgetTable, type Fault } from '../../src/ha/budget.ts'
import { PROFILES, type ProfileName } from '../../src/ha/profile.ts'

const three: BudgetSettings = {
  failover: 'fast',
  version: 3,
  priorities: [200, 190, 180],
  haproxy: true,
  stacked: true,
  servers: 3,
}
const NAMES = ['fast', 'balanced', 'calm'] as const

function row(settings: BudgetSettings, fault: Fault) {
  const found = budgetOf(settings).find((each) => each.fault === fault)
  if (!found) throw new Error(`no ${fault}`)
  return found
}

describe('the budget of fast', () => {
  // 3 × 0.1 + (256 - 190) / 256 × 0.1
  it.each([
    ['keepalived-stops', 0.026, 0.026],
    ['keepalived-dies', 0.326, 0.326],
    ['node-dies', 0.326, 0.75],
    ['cable-cut', 0.326, 0.75],
    ['api-dies', 0, 0.35],
    ['api-hangs', 0, 0.95],
  ] as const)('%s: nobody served for %d s, all as before after %d s', (fault, outage, recovered) => {
    expect(row(three, fault)).toMatchObject({ outage, recovered })
  })

  it('keeps what it promises', () => {
    expect(row(three, 'haproxy-dies').outage).toBeLessThanOrEqual(0.5)
    expect(row(three, 'keepalived-stops').outage).toBeLessThanOrEqual(0.1)
    expect(row(three, 'keepalived-dies').outage).toBeLessThanOrEqual(0.5)
    expect(row(three, 'node-dies').recovered).toBeLessThanOrEqual(1)
    expect(row(three, 'cable-cut').recovered).toBeLessThanOrEqual(1)
    expect(row(three, 'api-hangs').recovered).toBeLessThanOrEqual(1)
  })
})

it('has nothing to find dead behind a lost load balancer', () => {
  expect(row({ ...three, stacked: false }, 'node-dies')).toMatchObject({ recovered: 0.326, delay: 0 })
})

it('counts the skew of VRRP 2 in seconds, and its advertisements in whole ones', () => {
  const second: BudgetSettings = { ...three, failover: 'balanced', version: 2 }
  expect(row(second, 'keepalived-stops').outage).toBe(0.258)
  expect(row(second, 'keepalived-dies').outage).toBe(3.258)
})

it('knows what a check costs with keepalived alone', () => {
  const alone: BudgetSettings = { ...three, failover: 'balanced', haproxy: false }
  expect(budgetOf(alone).map((each) => each.fault)).not.toContain('haproxy-dies')
  expect(row(alone, 'api-dies').outage).toBe(2.129)
})

it('says where nothing takes over', () => {
  const one: BudgetSettings = { ...three, priorities: [200], servers: 1 }
  for (const fault of ['node-dies', 'api-dies', 'api-hangs'] as const)
    expect(row(one, fault)).toMatchObject({ outage: null, recovered: null })
})

it('is worse the calmer the profile', () => {
  const budgets = NAMES.map((failover) => budgetOf({ ...three, failover }))
  for (const [index, { fault }] of (budgets[0] ?? []).entries()) {
    const times = budgets.map((each) => each[index]?.recovered ?? 0)
    expect(times, fault).toEqual(times.toSorted((a, b) => a - b))
  }
})

describe.each(NAMES)('the profile %s', (name: ProfileName) => {
  const { advertV2, check, backend } = PROFILES[name]

  it('gives keepalived whole seconds where it takes no others', () => {
    for (const seconds of [advertV2, check.interval, check.timeout]) expect(seconds % 1).toBe(0)
  })

  it('gives VRRP 3 hundredths of a second', () => {
    expect(Math.round(PROFILES[name].advert * 100)).toBeCloseTo(PROFILES[name].advert * 100, 9)
  })

  it('looks sooner again where a first check has failed', () => {
    expect(backend.fastinter).toBeLessThan(backend.inter)
  })
})

it('is shown as an aligned table', () => {
  const lines = budgetTable(three, budgetOf(three), 'of 10.0.0.10').split('\n')
  expect(lines[0]).toBe('worst cases of 10.0.0.10 with ha_failover=fast, VRRP 3 every 0.1 s:')
  expect(lines.find((line) => line.includes('the node dies'))).toBe(
    '  the node dies                     0.33 s           0.75 s  silence 3 × 0.1 s + skew 26 ms; its API server: check 0.25 s + 1 × 0.1 s + 2 × 0.2 s',
  )
  const column = lines[1]?.indexOf('worst case is')
  for (const line of lines.slice(2)) expect(line.slice((column ?? 0) - 2, column)).toBe('  ')
})
