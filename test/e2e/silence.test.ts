import { afterAll, beforeAll, expect, it } from 'vitest'
import { keepSilent, serveSilence } from '../bench/idle/silence.ts'
import { lab } from '../lab/lab.ts'
import { answersThrough, waitFor } from './support/client.ts'
import { hakube, inventoryFile } from './support/hakube.ts'

const HOSTS = ['d1', 'd2', 'd3']
const VIP = '10.88.0.107'
const API = '6444'

/** `npm run bench -- idle` does the same with 31 minutes and the time-out as it is. */
beforeAll(async () => {
  await lab.reset(HOSTS)
  await serveSilence(HOSTS, Number(API))
  const vars = { ha_vip: VIP, ha_apiserver_port: API, ha_idle_timeout: '8s' }
  const ran = await hakube(['apply', '-i', await inventoryFile(HOSTS, vars)])
  expect(ran.code, ran.stdout + ran.stderr).toBe(0)
  expect(ran.stdout + ran.stderr).toContain('ha_idle_timeout=8s cuts kubectl logs -f')
  await waitFor('the API through the address', () => answersThrough(VIP, 8443))
})
afterAll(() => lab.reset(HOSTS))

const places = { vip: `${VIP}:8443` }

it('a connection that is silent for less than the time-out lives', async () => {
  const connections = await keepSilent(5, places)
  expect(connections).toMatchObject([
    { kind: 'request', alive: true, said: '200' },
    { kind: 'watch', alive: true, said: 'alive' },
  ])
})

it('a connection that is silent for longer is cut, after the time-out', async () => {
  const connections = await keepSilent(14, places)
  expect(connections).toMatchObject([
    { kind: 'request', alive: false },
    { kind: 'watch', alive: false },
  ])
  for (const { seconds } of connections) {
    expect(seconds).toBeGreaterThan(7.5)
    expect(seconds).toBeLessThan(13.5)
  }
})
