import * as z from 'zod'
import { defineTask } from '../task.ts'
import { int, texts } from './params.ts'

export default defineTask({
  name: 'ha_status',
  aliases: [],
  summary:
    'See whether the API server of this node listens, and say so at the end of the run if it does not.',
  kind: () => 'state',
  params: z.strictObject({
    port: int.describe('Port of the API server.'),
    endpoints: texts.describe('Where clients reach it, to be named in the message.'),
  }),
  example: `
- name: See whether the API server is there
  ha_status:
    port: 6443
    endpoints: https://10.0.0.10:8443
`,
  prepare(params, controller) {
    const host = controller.variable('inventory_hostname')
    return { ...params, host: typeof host === 'string' ? host : 'this host' }
  },
  asks: ({ port }) => [{ kind: 'port', ask: { port } }],
  plan({ port, endpoints, host }, world) {
    const listening = world.get('port', { port }).listeners.length > 0
    if (listening) return { status: 'ok', reason: `something listens on port ${port}`, result: { listening } }
    const text = `no API server listens on port ${port} yet; ${endpoints.join(', ')} waits for it`
    return { status: 'ok', reason: text, result: { listening, hakube_message: `${host}: ${text}` } }
  },
})
