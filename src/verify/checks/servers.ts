import { withPort } from '../../ha/address.ts'
import { type Finding, type Level, listed, ok, problem } from '../finding.ts'
import type { Probe } from '../probe.ts'
import type { ProbeSeen, Seen } from '../seen.ts'

/** An API server with all that the nodes got from it. */
export interface Server {
  name: string
  address: string
  probes: readonly ProbeSeen[]
}

export function serversOf(seen: Seen): Server[] {
  const [view] = seen.views.values()
  return (view?.servers ?? []).map(({ name, address }) => ({
    name,
    address,
    probes: seen.probes.filter((probe) => withPort(probe.address, probe.port) === address),
  }))
}

/** What a probe came to, in words; answers of 200 are well. */
export function describe(result: Probe): string {
  switch (result.outcome) {
    case 'answered':
      return `answers ${result.status}${result.status === 200 || result.body === '' ? '' : ` (${result.body})`}`
    case 'hang':
      return `accepts the connection and says nothing for ${result.seconds} s`
    case 'silent':
      return result.what === 'TLS'
        ? `accepts the connection and then hangs: no TLS within ${result.seconds} s`
        : `does not answer within ${result.seconds} s`
    case 'not-tls':
      return `speaks no HTTPS: ${result.words}`
    case 'unreachable':
      return result.words.toLowerCase().includes('refused')
        ? 'refuses the connection: nothing listens there'
        : `cannot be reached: ${result.words}`
    case 'unasked':
      return `was not asked: ${result.words}`
  }
}

export function isWell(result: Probe): boolean {
  return result.outcome === 'answered' && result.status === 200
}

/** Every backend answers 200 on the check path, from every node that may send clients to it. */
export function apiServers(seen: Seen): Finding[] {
  const path = checkPath(seen)
  const servers = serversOf(seen)
  const out = servers.flatMap((server) => {
    const bad = server.probes.filter(({ result }) => !isWell(result))
    if (server.probes.length === 0) return [unseen(server)]
    const words = [...new Set(bad.map(({ result }) => describe(result)))]
    return words.map((word) => {
      const which = bad.filter(({ result }) => describe(result) === word)
      const from =
        which.length === server.probes.length ? '' : ` from ${listed(which.map((probe) => probe.from))}`
      const level: Level = which.every(({ result }) => result.outcome === 'unasked') ? 'unknown' : 'fail'
      return problem('api-servers', level, {
        where: server.name,
        what: `${server.address} ${word}${from}`,
        ...advice(seen, server, which[0]?.result, path),
      })
    })
  })
  const well = servers.filter(
    ({ probes }) => probes.length > 0 && probes.every(({ result }) => isWell(result)),
  )
  if (well.length > 0) out.unshift(ok('api-servers', listed(well.map(({ name }) => name)), `200 for ${path}`))
  return out
}

function checkPath(seen: Seen): string {
  const [view] = seen.views.values()
  return view?.apiserver.check_path ?? ''
}

function unseen(server: Server): Finding {
  return problem('api-servers', 'unknown', {
    where: server.name,
    what: `${server.address} was not asked: no node could open a connection`,
    why: 'clients are sent to it as to all others',
    todo: 'verify again when the nodes can be reached',
  })
}

function advice(
  seen: Seen,
  server: Server,
  result: Probe | undefined,
  path: string,
): { why: string; todo: string } {
  const why = 'haproxy sends no client there; one API server less stands between the cluster and an outage'
  if (result?.outcome === 'unasked') {
    return { why: 'what the nodes get from it is not known', todo: result.hint ?? 'verify again' }
  }
  if (result?.outcome === 'answered' && result.status === 401) {
    return {
      why: 'haproxy’s check asks without credentials, and takes 401 for down',
      todo: `let the API server answer ${path} to anonymous requests (--anonymous-auth, or an AuthenticationConfiguration that allows /livez, /readyz and /healthz)`,
    }
  }
  if (result?.outcome === 'answered') {
    return { why, todo: `see what it lacks: \`curl -k https://${server.address}${path}?verbose\`` }
  }
  if (result?.outcome === 'hang' || result?.outcome === 'silent') {
    return {
      why: 'it accepts connections, so that clients wait there instead of going to another server, until haproxy’s check has failed',
      todo: `look at the API server and etcd on ${server.name}: load, disk latency, \`crictl logs\``,
    }
  }
  return {
    why,
    todo:
      isWorker(seen, server.name) ??
      `start the API server on ${server.name}, or take the host out of the control plane in the inventory`,
  }
}

/** A kubelet without an API server's manifest: it was written into the wrong group. */
function isWorker(seen: Seen, name: string): string | undefined {
  const signs = seen.nodes.get(name)?.kubernetes
  if (!signs?.kubelet || signs.apiserverManifest) return undefined
  return `${name} looks like a worker (it has a kubelet and no manifest of an API server): take it out of the control plane in the inventory, and run \`hakube apply\``
}

/** The endpoint itself answers, from every host that was asked. */
export function vipAnswers(seen: Seen): Finding[] {
  const [view] = seen.views.values()
  if (!view) return []
  return view.vips.flatMap((vip) => {
    const probes = seen.probes.filter((probe) => probe.address === vip && probe.port === view.port)
    const bad = probes.filter(({ result }) => !isWell(result))
    const where = withPort(vip, view.port)
    if (probes.length === 0) return []
    const words = [...new Set(bad.map(({ result }) => describe(result)))]
    const out = words.map((word) => {
      const which = bad.filter(({ result }) => describe(result) === word)
      const level: Level = which.every(({ result }) => result.outcome === 'unasked') ? 'unknown' : 'fail'
      return problem('vip-answers', level, {
        where,
        what: `${word}, asked from ${listed(which.map(({ from }) => from))}`,
        why: 'this is what every client of the API meets',
        todo: 'the other findings say why; when all of them are well, look for a firewall between the hosts',
      })
    })
    const well = probes.filter(({ result }) => isWell(result)).map(({ from }) => from)
    return well.length > 0 ? [ok('vip-answers', where, `200 from ${listed(well)}`), ...out] : out
  })
}
