import * as z from 'zod'
import { defineTask } from '../task.ts'
import { readServices, servicesAsk } from './service-listing.ts'

export default defineTask({
  name: 'service_facts',
  aliases: ['ansible.builtin.service_facts', 'ansible.legacy.service_facts'],
  summary: 'Gather the services of a host, with their states, as facts.',
  kind: () => 'state',
  readOnly: true,
  params: z.strictObject({}),
  facts: () => ['services'],
  example: `
- name: What runs there?
  service_facts:
`,
  returns: {
    'ansible_facts.services':
      'Per service: name, state (running, stopped, inactive, …), status (enabled, disabled, static, masked, …) and source.',
  },
  notes: [
    'In check mode it is unknown behind tasks that would change packages or services.',
    'Scripts of System V init that `service --status-all` names are listed beside the units, under their own names.',
  ],
  prepare: () => undefined,
  asks: () => [{ kind: 'script', ask: servicesAsk }],
  plan(_prepared, world) {
    const { stdout } = world.get('script', servicesAsk)
    if (world.predicts('unit') || world.predicts('package'))
      return { status: 'unknown', why: 'which services there are is known once the tasks before have run' }
    const services = readServices(stdout.toString('utf8'))
    if (services.size === 0)
      return {
        status: 'ok',
        reason: 'no service manager answers',
        result: {
          skipped: true,
          msg: 'Failed to find any services. This can be due to privileges or some other configuration issue.',
        },
      }
    return {
      status: 'ok',
      reason: `${services.size} services`,
      result: { ansible_facts: new Map([['services', services]]) },
    }
  },
})
