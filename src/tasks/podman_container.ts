import * as z from 'zod'
import { defineTask } from '../task.ts'
import { applied, failureOf } from './container-apply.ts'
import { podmanAliases, podmanProperties, podmanTask, podmanUnsupported } from './podman-params.ts'
import type { PodmanTask } from './podman-change.ts'
import { planPodman, podmanQuestions, readPodmanTask, thenPodmanQuestions } from './podman-plan.ts'

export default defineTask({
  name: 'podman_container',
  aliases: ['containers.podman.podman_container'],
  summary: 'Have a Podman container that is as described, and runs or does not.',
  kind: () => 'state',
  params: z.strictObject({ ...podmanTask, ...podmanProperties }),
  paramAliases: podmanAliases,
  unsupported: podmanUnsupported,
  example: `
- name: Run haproxy in a container
  podman_container:
    name: haproxy
    image: example.org/haproxy:2.8
    network: host
    volume:
      - /etc/haproxy:/usr/local/etc/haproxy:ro
    restart_policy: always
`,
  returns: {
    container: 'what podman inspect says of the container; with detach: no also its Output',
    status: 'with detach: no, the exit status of the container',
  },
  notes: [
    'As in Ansible, a container that differs from what podman does by default where the task says nothing is made anew, too: one with another network, restart policy, user, label or directory of the host.',
    'More is compared than in Ansible, which looks at none of sysctl, tmpfs, dns, memory and others, nor at ro and rw of a volume: what inspect does not show is held against the command line that podman keeps of each container. Where that is not there, -v says which parameters nobody can tell.',
    'The content of env_file is not compared, nor what cmd_args say.',
    'With `image_strict` and `pull: always` or `newer` only the pull shows whether there is another image, of which the container is made anew then: check mode says "would run".',
    'A container that ends with a failure as soon as it is started fails the task, with the end of its log. One that has done its work is started each time, as in Ansible.',
    'Without an image, a container that runs is ok; Ansible starts it every time and calls that a change.',
    'Several networks need podman 4.',
    'Values of `env` are handed to podman through its environment where their names allow it, so that they are on no command line.',
  ],
  prepare: (params): PodmanTask => readPodmanTask(params),
  asks: podmanQuestions,
  asksThen: thenPodmanQuestions,
  plan: planPodman,
  result: (_task, output) => applied(output),
  failure: ({ params }, output) => failureOf(`the container ${params.name}`, output),
})
