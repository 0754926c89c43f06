import docker from '../../src/tasks/docker_container.ts'
import { planContainer, recorded, type Told } from './containers.ts'

/** What the recorded container was made of. */
export const keepalived = {
  name: 'keepalived',
  image: 'tiny:1',
  network_mode: 'host',
  capabilities: ['NET_ADMIN', 'NET_BROADCAST', 'NET_RAW'],
  volumes: ['/etc/passwd:/conf/passwd:ro', '/srv/state:/state'],
  restart_policy: 'unless-stopped',
  env: { ROUTER: 'lb1' },
  memory: '64M',
  ulimits: ['nofile:100:200'],
  healthcheck: { test: ['CMD', 'test', '-e', '/bin/sh'], interval: '30s' },
  entrypoint: ['/bin/sh', '-c'],
  command: ['sleep 600'],
  log_driver: 'json-file',
  log_options: { 'max-size': '1m' },
}
export const container = recorded('docker-container')
export const image = recorded('docker-image')
export const NONE = '[]\n#failed Error: No such container: keepalived'
export const there: Told = { sections: { container, image } }
export const blank: Told = { sections: { container: NONE, image } }

/** The plan of the task that made it, changed by this. */
export const plan = (more: Record<string, unknown>, told: Told = there) =>
  planContainer(docker, { ...keepalived, ...more }, told)
