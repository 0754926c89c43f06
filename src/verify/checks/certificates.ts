import { type Certificate, isSignedBy } from '../certificate.ts'
import { type Finding, listed, ok, problem } from '../finding.ts'
import type { ProbeSeen, Seen } from '../seen.ts'
import { vipsOf } from './common.ts'
import { serversOf } from './servers.ts'

/** Warns this long before a certificate ends: kubeadm's last a year, and renewing takes planning. */
const WARN_DAYS = 30
const FAIL_DAYS = 7
const DAY = 86_400_000

/** All backends show certificates of one authority, and where nodes have the cluster's CA, of that one. */
export function sameCluster(seen: Seen): Finding[] {
  const shown = shownBy(seen)
  if (shown.length === 0) return []
  const sizes = new Map<string, number>()
  for (const { certificate } of shown) {
    const key = authority(certificate)
    sizes.set(key, (sizes.get(key) ?? 0) + 1)
  }
  // The cluster is where most of them are.
  const [cluster] = [...sizes].sort(([, a], [, b]) => b - a)[0] ?? []
  const main = shown.filter(({ certificate }) => authority(certificate) === cluster)
  const strangers = shown.filter((one) => !main.includes(one))
  const [first] = main
  const out = strangers.map(({ name, certificate }) =>
    problem('same-cluster', 'fail', {
      where: name,
      what: `its certificate is signed by another authority (${certificate.issuer}) than that of ${listed(main.map((one) => one.name))} (${first?.certificate.issuer ?? ''})`,
      why: 'it is an API server of another cluster: clients that are sent there fail, or change the wrong cluster',
      todo: `see which host ${name} is; take it out of the inventory if it is not of this cluster`,
    }),
  )
  const misled = ownCa(seen, shown)
  if (out.length + misled.length > 0) return [...out, ...misled]
  const names = listed(main.map(({ name }) => name))
  return [
    ok('same-cluster', names, `one authority signed their certificates (${first?.certificate.issuer ?? ''})`),
  ]
}

/** Two authorities may have the same name, and kubeadm's always have: the key tells them apart. */
function authority({ issuer, issuerKey }: Certificate): string {
  return `${issuer} ${issuerKey ?? ''}`
}

/** A node whose API server shows a certificate that the node's own CA did not sign. */
function ownCa(seen: Seen, shown: readonly Shown[]): Finding[] {
  return shown.flatMap(({ name, certificate }) => {
    const ca = seen.nodes.get(name)?.kubernetes.ca
    if (ca === undefined || isSignedSafely(certificate, ca)) return []
    return [
      problem('same-cluster', 'fail', {
        where: name,
        what: `its API server’s certificate is not signed by the CA in /etc/kubernetes/pki/ca.crt on ${name}`,
        why: 'the address leads to another API server than that of the node, or the certificate is left over from another cluster',
        todo: `compare \`openssl s_client -connect\` to it with \`openssl x509 -in /etc/kubernetes/pki/ca.crt -noout -subject\` on ${name}`,
      }),
    ]
  })
}

function isSignedSafely(certificate: Certificate, ca: string): boolean {
  try {
    return isSignedBy(certificate, ca)
  } catch {
    // A file that is no certificate proves nothing, neither way.
    return true
  }
}

interface Shown {
  name: string
  certificate: Certificate
}

function shownBy(seen: Seen): Shown[] {
  return serversOf(seen).flatMap(({ name, probes }) => {
    const certificate = certificateOf(probes)
    return certificate ? [{ name, certificate }] : []
  })
}

function certificateOf(probes: readonly ProbeSeen[]): Certificate | undefined {
  for (const { result } of probes) {
    if ((result.outcome === 'answered' || result.outcome === 'hang') && result.certificate)
      return result.certificate
  }
  return undefined
}

/** Certificates are valid now and for a while, and for every virtual address. */
export function certificates(seen: Seen): Finding[] {
  const shown = shownBy(seen)
  if (shown.length === 0) return []
  const out = shown.flatMap(({ name, certificate }) => [
    ...expiry(name, certificate, seen.now),
    ...coverage(name, certificate, vipsOf(seen)),
  ])
  if (out.length > 0) return out
  const days = Math.min(
    ...shown.map(({ certificate }) => Math.floor((certificate.notAfter - seen.now) / DAY)),
  )
  return [
    ok(
      'certificates',
      listed(shown.map(({ name }) => name)),
      `valid for ${listed(vipsOf(seen))}, and for ${days} days or more`,
    ),
  ]
}

function expiry(where: string, { notBefore, notAfter }: Certificate, now: number): Finding[] {
  const date = (time: number) => new Date(time).toISOString().slice(0, 10)
  const why = 'from that day on no client accepts the API server any more'
  const todo = 'renew it: `kubeadm certs renew apiserver`, then restart the API server'
  if (now < notBefore) {
    const what = `its certificate is not valid before ${new Date(notBefore).toISOString()}`
    const todo = 'compare the clocks of the host that signed it and of this one'
    return [problem('certificates', 'fail', { where, what, why: 'clients refuse it', todo })]
  }
  const days = Math.floor((notAfter - now) / DAY)
  if (days >= WARN_DAYS) return []
  const what =
    days < 0
      ? `its certificate ended on ${date(notAfter)}`
      : `its certificate ends on ${date(notAfter)}, in ${days} days`
  return [problem('certificates', days < FAIL_DAYS ? 'fail' : 'warn', { where, what, why, todo })]
}

function coverage(where: string, { names }: Certificate, vips: readonly string[]): Finding[] {
  const absent = vips.filter((vip) => !names.includes(vip))
  if (absent.length === 0) return []
  return [
    problem('certificates', 'fail', {
      where,
      what: `its certificate is not valid for ${listed(absent)}, only for ${shortened(names)}`,
      why: 'kubectl and kubelets that connect through the virtual address refuse it (x509: certificate is valid for …)',
      todo: 'add it to certSANs (`hakube export kubeadm` prints them), delete apiserver.crt and apiserver.key, and run `kubeadm init phase certs apiserver`',
    }),
  ]
}

function shortened(names: readonly string[]): string {
  const most = 8
  return names.length <= most
    ? listed(names)
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}
