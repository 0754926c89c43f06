import { setTimeout as sleep } from 'node:timers/promises'
import { lab } from '../../lab/lab.ts'
import { type Client, RATE } from './client.ts'
import type { Holders } from './holders.ts'
import type { Setup } from './setups.ts'

/** Seconds in which an endpoint has to be healthy after all was healed. */
const LONGEST = 90

/**
 * Waits until the set-up is as on a good day, by looking, and returns the node that holds the address: for a second
 * one holder, and the right one; no failed request, and answers of every API server; all that runs, runs on all
 * nodes, and every check of every keepalived has passed.
 */
export async function settled(setup: Setup, client: Client, holders: Holders): Promise<string> {
  let why = 'nobody has looked'
  for (const end = Date.now() + LONGEST * 1000; Date.now() < end; await sleep(100)) {
    const since = Date.now() / 1000 - 1
    why = seen(setup, client, holders, since) ?? (await told(setup)) ?? ''
    const [holder] = holders.last()?.holders ?? []
    if (why === '' && holder !== undefined) return holder
  }
  throw new Error(`${setup.name} is not healthy after ${LONGEST} s: ${why}`)
}

/** What is not well as seen from outside; undefined = nothing. */
function seen(setup: Setup, client: Client, holders: Holders, since: number): string | undefined {
  const samples = holders.since(since)
  const odd = samples.find(({ holders: found }) => found.length !== 1 || found[0] !== samples[0]?.holders[0])
  if (samples.length < 10 || odd) return `held by ${odd?.holders.join(' and ') || 'nobody'}`
  const holder = samples[0]?.holders[0]
  if (setup.home !== undefined && holder !== setup.home) return `${holder} has what belongs on ${setup.home}`
  const requests = client.since(since)
  const bad = requests.find(({ said }) => said !== '200')
  if (bad) return `a request: ${bad.said}`
  if (requests.length < 0.7 * RATE) return `${requests.length} answers in a second`
  const silent = setup.control.filter((name) => !requests.some(({ node }) => node === name))
  return silent.length > 0 ? `no answer of ${silent.join(', ')}` : undefined
}

/** keepalived's own account: it dumps what it knows into a file when it gets a signal. */
const DUMP = `systemctl is-active -q haproxy || { echo haproxy is down; exit; }
rm -f /tmp/keepalived.data
kill -USR1 $(cat /run/keepalived.pid 2>/dev/null) 2>/dev/null || { echo keepalived is down; exit; }
n=0; while [ ! -s /tmp/keepalived.data ] && [ $n -lt 20 ]; do n=$((n + 1)); sleep 0.05; done
sleep 0.05
grep -qE '^ +State = (MASTER|BACKUP)' /tmp/keepalived.data || { echo keepalived is neither master nor backup; exit; }
grep -qE '^ +Status = (GOOD)' /tmp/keepalived.data || { echo the check has not passed; exit; }
grep -E '^ +Status = [A-Z]+' /tmp/keepalived.data | grep -qv GOOD && echo a check fails; :`

async function told(setup: Setup): Promise<string | undefined> {
  const said = await Promise.all(
    setup.nodes.map(async (node) => {
      const { code, stdout, stderr } = await lab.exec(node, ['/bin/sh', '-c', DUMP])
      const text = code === 0 ? stdout.trim() : stderr.trim() || `code ${code}`
      return text === '' ? [] : [`${node}: ${text}`]
    }),
  )
  return said.flat()[0]
}
