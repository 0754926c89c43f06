import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { factsQuestion, parseFacts } from '../facts/index.ts'
import { wrongSubset } from '../facts/subsets.ts'
import { globRegex } from '../inventory/match.ts'
import { defineTask, type Plan } from '../task.ts'
import type { Dict } from '../value.ts'
import type { WorldQuestion } from '../world/world.ts'
import { int, oneOf, texts } from './params.ts'

interface Wanted {
  filters: readonly string[]
}

export default defineTask({
  name: 'setup',
  aliases: [
    'ansible.builtin.setup',
    'ansible.legacy.setup',
    'gather_facts',
    'ansible.builtin.gather_facts',
    'ansible.legacy.gather_facts',
  ],
  summary: 'Gather the facts of a host again.',
  kind: () => 'state',
  params: z.strictObject({
    filter: texts
      .default([])
      .describe('Shell patterns; only facts that match one of them, with or without ansible_, are taken.'),
    gather_subset: texts
      .default(['all'])
      .describe('Names of subsets. All facts are gathered whatever it says: that is one message.'),
    gather_timeout: int
      .default(10)
      .describe('Accepted for Ansible’s sake: no single fact can hang, and all of them have a minute.'),
    fact_path: oneOf(['/etc/ansible/facts.d'])
      .default('/etc/ansible/facts.d')
      .describe('Where facts of the host’s own are.'),
  }),
  readOnly: true,
  example: `- name: See what the new interface is called
  setup:
    filter: ansible_default_ipv4
`,
  returns: { ansible_facts: 'The facts that were taken.' },
  notes: ['Tasks behind it are rendered when the facts are in, at the cost of one more message.'],
  prepare({ filter, gather_subset: subsets }): Wanted {
    const wrong = wrongSubset(subsets)
    if (wrong) throw new HakubeError(`setup: ${wrong.message}`, { code: 'wrong-parameter', hint: wrong.hint })
    return { filters: filter.filter((one) => one !== '') }
  },
  asks: () => [FACTS],
  plan({ filters }, world): Plan {
    const all = parseFacts(world.get('script', FACTS.ask))
    const taken = filtered(all, filters)
    const reason = `${taken.size} facts`
    return { status: 'ok', reason, result: { ansible_facts: prefixed(taken) } }
  },
})

const FACTS: Extract<WorldQuestion, { kind: 'script' }> = {
  kind: 'script',
  ask: { id: 'facts', text: factsQuestion().script },
}

function filtered(facts: Dict, filters: readonly string[]): Dict {
  if (filters.length === 0 || filters.includes('*')) return facts
  const patterns = filters.flatMap((filter) =>
    /^(?:ansible_|facter|ohai)/.test(filter)
      ? [globRegex(filter)]
      : [globRegex(filter), globRegex(`ansible_${filter}`)],
  )
  return new Map(
    [...facts].filter(([key]) => patterns.some((pattern) => pattern.test(`ansible_${String(key)}`))),
  )
}

function prefixed(facts: Dict): Dict {
  return new Map([...facts].map(([key, value]) => [`ansible_${String(key)}`, value]))
}
