import * as z from 'zod'
import { defineTask, type Plan } from '../task.ts'
import { text } from './params.ts'

export default defineTask({
  name: 'ping',
  aliases: ['ansible.builtin.ping', 'ansible.legacy.ping'],
  summary: 'See whether a host can be worked on: log in, become the user, run a shell.',
  kind: () => 'state',
  params: z.strictObject({
    data: text.default('pong').describe('What comes back; `crash` fails the task.'),
  }),
  readOnly: true,
  example: `- name: Wait until the host is back
  ping:
  register: answer
  until: answer is reachable
`,
  returns: { ping: 'What `data` says.' },
  prepare: ({ data }) => data,
  // Any question will do: the answer proves that the host can be talked to.
  asks: () => [{ kind: 'platform', ask: {} }],
  plan(data, world): Plan {
    world.get('platform', {})
    if (data === 'crash') return { status: 'fail', message: 'boom' }
    return { status: 'ok', reason: 'the host answers', result: { ping: data } }
  },
})
