import { describe, expect, test } from 'vitest'
import { canonicalRule, ruleProblem } from '../../src/tasks/rich-rule.ts'

describe('two spellings of one rule', () => {
  // As written, and as firewalld 1.3 lists it.
  test.each([
    [
      'rule family=ipv4 source address=10.0.0.2 protocol value=vrrp accept',
      'rule family="ipv4" source address="10.0.0.2" protocol value="vrrp" accept',
    ],
    [
      'rule priority=3 family=ipv4 source not address=10.0.0.1 service name=http log prefix=x limit value=1/m accept',
      'rule priority="3" family="ipv4" source NOT address="10.0.0.1" service name="http" log prefix="x" limit value="1/m" accept',
    ],
    ["rule port protocol='tcp' port='80' accept", 'rule port port="80" protocol="tcp" accept'],
    ['rule priority=0 service name=ssh drop', 'rule service name="ssh" drop'],
    [
      'rule service name=ftp log prefix="a b" level=info audit accept',
      'rule service name="ftp" log prefix="a b" level="info" audit accept',
    ],
  ])('%s', (written, listed) => {
    expect(canonicalRule(written)).toBe(canonicalRule(listed))
  })

  test.each([
    ['rule family=ipv4 source address=10.0.0.2 accept', 'rule family=ipv4 source address=10.0.0.3 accept'],
    [
      'rule family=ipv4 source address=10.0.0.2 accept',
      'rule family=ipv4 destination address=10.0.0.2 accept',
    ],
    [
      'rule family=ipv4 source not address=10.0.0.2 accept',
      'rule family=ipv4 source address=10.0.0.2 accept',
    ],
    ['rule service name=a accept', 'rule service name=a drop'],
    // The limit of the log, and that of the action.
    ['rule service name=a log limit value=1/m accept', 'rule service name=a log accept limit value=1/m'],
    ['rule priority=1 service name=a accept', 'rule service name=a accept'],
  ])('%s is not %s', (one, other) => {
    expect(canonicalRule(one)).not.toBe(canonicalRule(other))
  })
})

test('what no rule is, is told before firewalld is asked', () => {
  expect(ruleProblem('rule service name=http accept')).toBeUndefined()
  expect(ruleProblem('service name=http accept')).toBe('it does not begin with rule')
  expect(ruleProblem('rule servce name=http accept')).toBe('there is no element servce')
})
