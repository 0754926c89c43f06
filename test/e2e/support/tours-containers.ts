import { FAR } from './container-engines.ts'
import { type ContainersList, FORGET } from './generate-containers.ts'
import type { Draft } from './maker.ts'
import { numbered } from './tours.ts'

const docker = (args: Draft): Draft => ({
  docker_container: { stop_signal: 'SIGKILL', ...args },
  ignore_errors: true,
})
const podman = (args: Draft): Draft => ({
  podman_container: { stop_signal: '9', ...args },
  ignore_errors: true,
})
const mode = (path: string): Draft => ({ file: { path, mode: '0700' }, ignore_errors: true })

const CLEAR = 'rm -rf /srv/predict'
const volumes = ['/srv/predict/v1:/v1', '/srv/predict/m/n:/n']
/** Directories that docker makes, and those above them. */
const MADE = ['/srv/predict', '/srv/predict/v1', '/srv/predict/m', '/srv/predict/m/n'].map(mode)
const far = { name: 'hkd1', image: FAR }
const podmanFar = { name: 'hkp1', image: FAR }

/** Lists that visit what chance may miss, one after the other; each begins with its script. */
const TOURS: readonly [stir: string, tasks: readonly Draft[]][] = [
  [CLEAR, [docker({ name: 'hkd1', image: 'tiny:1', volumes, state: 'present' }), ...MADE]],
  [CLEAR, [docker({ name: 'hkd1', state: 'started' }), ...MADE]],
  [CLEAR, [docker({ name: 'hkd1', restart: true }), ...MADE]],
  [CLEAR, [docker({ name: 'hkd1', image: 'tiny:1', volumes, recreate: true }), ...MADE]],
  [
    ':',
    [
      docker({ name: 'hkd1', image: 'tiny:1', paused: true }),
      docker({ name: 'hkd1', paused: false }),
      docker({ name: 'hkd1', paused: true }),
      docker({ name: 'hkd1', state: 'stopped' }),
      docker({ name: 'hkd1', state: 'stopped' }),
    ],
  ],
  [
    ':',
    ['no', 'always', 'always', 'no'].map((policy) =>
      docker({ name: 'hkd1', image: 'tiny:1', restart_policy: policy }),
    ),
  ],
  // A source that has to be there.
  [
    CLEAR,
    [
      podman({ name: 'hkp1', image: 'tiny:1', volume: volumes }),
      { file: { path: '/srv/predict/m/n', state: 'directory' } },
      { file: { path: '/srv/predict/v1', state: 'directory' } },
      podman({ name: 'hkp1', image: 'tiny:1', volume: volumes }),
    ],
  ],
  [
    CLEAR,
    [
      podman({ name: 'hkp1', restart: true }),
      podman({ name: 'hkp1', state: 'stopped' }),
      podman({ name: 'hkp1', state: 'started' }),
    ],
  ],
  // An image that is there no longer, or another one by now.
  ['echo 1 >/root/registry.state', [docker({ ...far, pull: true }), docker(far)]],
  [FORGET, [docker(far), docker(far), docker({ ...far, name: 'hkd2' })]],
  [`${FORGET}; echo 2 >/root/registry.state`, [docker(far), docker({ ...far, name: 'hkd2' })]],
  ['echo 1 >/root/registry.state', [docker({ ...far, pull: true }), docker({ ...far, state: 'stopped' })]],
  ['echo 1 >/root/registry.state', [podman({ ...podmanFar, pull: 'always' }), podman(podmanFar)]],
  [`podman untag ${FAR}`, [podman(podmanFar), podman(podmanFar), podman({ ...podmanFar, name: 'hkp2' })]],
  [
    'echo 2 >/root/registry.state',
    [
      podman({ ...podmanFar, pull: 'newer', image_strict: true }),
      podman({ ...podmanFar, image_strict: true }),
    ],
  ],
]

/** With seeds of their own, which no generated list has. */
export const containerTours: readonly ContainersList[] = numbered(
  'Debian-like',
  TOURS.map(([, tasks]) => ({ tasks })),
).map((list, index) => ({ ...list, stir: `{ ${TOURS[index]?.[0]}; } >/dev/null 2>&1; :` }))
