import { parse } from 'yaml'
import { z } from 'zod'

/** What userland a host has: `-python` twins exist for comparison with Ansible, `-firewall` hosts run firewalld. */
export type Family = 'el' | 'el-firewall' | 'el-python' | 'debian' | 'debian-python' | 'busybox'

/** A test host as docker-compose.test.yml describes it. */
export interface LabHost {
  readonly name: string
  readonly family: Family
  readonly container: string
  readonly address: string
  readonly ipv6: string
  /** Port on 127.0.0.1, absent where the host is reached only through another. */
  readonly sshPort: number | undefined
  /** Whom one logs in as. */
  readonly user: string
  /** The container that stands in for this node's API server. */
  readonly api: string | undefined
}

/** The container in the lab's network that plays the user of the virtual IP. */
export const CLIENT = 'client'
/** The host one jumps through to those without a published port. */
export const JUMP = 'm1'

const Service = z.object({
  image: z.string(),
  container_name: z.string(),
  labels: z.record(z.string(), z.string()),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string()).optional(),
  networks: z.object({ lab: z.object({ ipv4_address: z.string(), ipv6_address: z.string() }) }).optional(),
  network_mode: z.string().optional(),
})
type Service = z.infer<typeof Service>
const Compose = z.object({ services: z.record(z.string(), Service) })

/**
 * Reads the hosts from the text of docker-compose.test.yml, in the order of the file.
 * Throws where a service says less than the lab needs.
 */
export function parseHosts(composeText: string): LabHost[] {
  const compose = Compose.parse(parse(composeText, { merge: true }))
  const services = Object.entries(compose.services)
  const apis = new Map<string, string>()
  for (const [name, service] of services) {
    const node = /^service:(.*)$/.exec(service.network_mode ?? '')?.[1]
    if (node !== undefined) apis.set(node, name)
  }
  return services
    .filter(([, service]) => service.labels['hakube.lab.role'] === 'node')
    .map(([name, service]) => toHost(name, service, apis.get(name)))
}

function toHost(name: string, service: Service, api: string | undefined): LabHost {
  const network = service.networks?.lab
  const family = /:(.*)-host$/.exec(service.image)?.[1]
  if (!network || !isFamily(family))
    throw new Error(`${name}: no addresses in the network lab, or no *-host image`)
  const port = service.ports
    ?.map((text) => /^127\.0\.0\.1:(\d+):22$/.exec(text)?.[1])
    .find((found) => found !== undefined)
  return {
    name,
    family,
    container: service.container_name,
    address: network.ipv4_address,
    ipv6: network.ipv6_address,
    sshPort: port === undefined ? undefined : Number(port),
    user: service.environment?.['LAB_ROOT_LOGIN'] === 'no' ? 'ops' : 'root',
    api,
  }
}

function isFamily(text: string | undefined): text is Family {
  return ['el', 'el-firewall', 'el-python', 'debian', 'debian-python', 'busybox'].includes(text ?? '')
}
