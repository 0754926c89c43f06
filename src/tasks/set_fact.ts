import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { isTemplate } from '../jinja/index.ts'
import { defineTask } from '../task.ts'
import { type Dict, fromJson, type Value } from '../value.ts'
import { bool } from './params.ts'

export default defineTask({
  name: 'set_fact',
  aliases: ['ansible.builtin.set_fact', 'ansible.legacy.set_fact'],
  summary: 'Set variables of a host for the rest of the run.',
  kind: () => 'local',
  params: z
    .object({
      cacheable: bool
        .default(false)
        .describe('Put the variables into ansible_facts as well. Facts are not kept between runs.'),
    })
    .catchall(z.unknown()),
  facts(args) {
    const cacheable = args.get('cacheable')?.value
    const kept = cacheable !== undefined && toFact(cacheable) === true
    if (!kept) return []
    const names = [...args.keys()].filter((name) => name !== 'cacheable')
    return names.some(isTemplate) ? undefined : names
  },
  example: `
- name: Remember the peer
  set_fact:
    peer: "{{ groups['control_plane'] | first }}"
`,
  prepare(params): Dict {
    const facts: Dict = new Map()
    for (const [name, value] of Object.entries(params)) {
      if (name === 'cacheable') continue
      if (!/^[A-Za-z_]\w*$/.test(name)) throw wrongName(name)
      facts.set(name, toFact(fromJson(value)))
    }
    if (facts.size === 0) {
      throw new HakubeError('set_fact sets no variable', {
        code: 'missing-parameter',
        hint: 'write at least one name and value: set_fact: peer=10.0.0.1',
      })
    }
    return facts
  },
  asks: () => [],
  plan: (facts) => ({
    status: 'ok',
    reason: `set ${[...facts.keys()].join(', ')}`,
    result: { ansible_facts: facts },
  }),
})

/** Ansible makes truth values of these words, since k=v arguments have no other way to say them. */
function toFact(value: Value): Value {
  if (typeof value !== 'string') return value
  const word = value.toLowerCase()
  if (word === 'true' || word === 'yes') return true
  if (word === 'false' || word === 'no') return false
  return value
}

function wrongName(name: string): HakubeError {
  return new HakubeError(`${JSON.stringify(name)} cannot be the name of a variable`, {
    code: 'invalid-variable-name',
    hint: 'names consist of letters, digits and underscores and start with no digit',
  })
}
