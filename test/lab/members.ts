import { readFileSync } from 'node:fs'
import { CLIENT, parseHosts, type LabHost } from './hosts.ts'
import { PATHS } from './paths.ts'

/** The hosts of docker-compose.test.yml, in its order. */
export const hosts: readonly LabHost[] = parseHosts(readFileSync(PATHS.compose, 'utf8'))

/** Name of the container of a service. */
export const containerOf = (name: string): string => `hakube-lab-${name}`

const apis = hosts.flatMap((host) => (host.api === undefined ? [] : [host.api]))

/** Names of all containers of the lab. */
export const allContainers: readonly string[] = [
  ...hosts.map((host) => host.container),
  ...apis.map(containerOf),
  containerOf(CLIENT),
]
