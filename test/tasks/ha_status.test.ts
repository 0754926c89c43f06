import { expect, it } from 'vitest'
import ha_status from '../../src/tasks/ha_status.ts'
import { id, World } from '../../src/world/world.ts'
import { kinds } from '../../src/world/kinds.ts'
import { controllerWith } from './harness.ts'

const params = ha_status.params.parse({ port: '6443', endpoints: ['https://10.0.0.10:8443'] })

async function plan(listeners: readonly { address: string; program: undefined }[]) {
  const world = new World(new Map([[id('port', kinds.port.key({ port: 6443 })), { listeners }]]))
  return ha_status.plan(await ha_status.prepare(params, controllerWith({ variable: () => 'm1' })), world)
}

it('says that the endpoint waits for the API server', async () => {
  const text = 'no API server listens on port 6443 yet; https://10.0.0.10:8443 waits for it'
  expect(await plan([])).toEqual({
    status: 'ok',
    reason: text,
    result: { listening: false, hakube_message: `m1: ${text}` },
  })
})

it('has no message once something listens', async () => {
  const found = await plan([{ address: '::', program: undefined }])
  expect(found).toEqual({
    status: 'ok',
    reason: 'something listens on port 6443',
    result: { listening: true },
  })
})
